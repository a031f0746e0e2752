/* SPDX-License-Identifier: MIT */
/* The smallest set of fields that no day satisfies is the reason that helps: of
 * cron(year=2027-2030, month=2, day=30, hour=2) it is month and day.  Only fields of the date can
 * exclude each other, so there are few sets to try, and each is answered by the search that also
 * finds run times. */
#include "trigger/never.h"

#include "base/error.h"
#include "trigger/bits.h"

#define DATE_FIELDS (EZ_FIELD_DAY_OF_WEEK + 1)
#define BIT(field) (1U << (field))

/* Whether no day satisfies the fields of which. */
static bool
excludes_all(const ez_fields *self, unsigned which)
{
    ez_fields_mistake mistake;
    ez_pattern pattern;
    ez_values values;

    if (ez_fields_read(self, which, &values, &mistake, NULL) != EXECZ_OK) {
        return false;
    }
    ez_pattern_init(&pattern, &values);
    return ez_pattern_next(&pattern, 0) == EZ_WALL_NONE;
}

/* Whether the fields of which say something, and together: a crontab's day that is given in both
 * ways is one field. */
static bool
is_reason(const ez_fields *self, unsigned which)
{
    unsigned days = BIT(EZ_FIELD_DAY) | BIT(EZ_FIELD_DAY_OF_WEEK);

    for (int field = 0; field < DATE_FIELDS; field++) {
        if ((which & BIT(field)) != 0 && !ez_fields_restricts(self, (ez_field)field)) {
            return false;
        }
    }
    return self->dialect != EZ_DIALECT_CRONTAB || (which & days) == 0 || (which & days) == days ||
           !ez_fields_restricts(self, EZ_FIELD_DAY) ||
           !ez_fields_restricts(self, EZ_FIELD_DAY_OF_WEEK);
}

/* The smallest set of fields that no day satisfies. */
static unsigned
find_reason(const ez_fields *self)
{
    for (int size = 1; size < DATE_FIELDS; size++) {
        for (unsigned which = 1; which < BIT(DATE_FIELDS); which++) {
            if (ez_bits_count(which) == (unsigned)size && is_reason(self, which) &&
                excludes_all(self, which)) {
                return which;
            }
        }
    }
    return BIT(DATE_FIELDS) - 1;
}

execz_status
ez_never_explain(const ez_fields *self, ez_fields_mistake *mistake_out, execz_error *err)
{
    unsigned which = find_reason(self);
    g_autoptr(GString) fields = g_string_new(NULL);
    int last = ez_bits_highest(which);

    *mistake_out = (ez_fields_mistake){(ez_field)last, 0};
    if (which == BIT(EZ_FIELD_YEAR)) {
        return ez_fail(err, EXECZ_E_PARSE, "this never fires: %s is behind %d, the last year",
                       self->texts[EZ_FIELD_YEAR], EZ_YEAR_LAST);
    }
    for (int field = 0; field <= last; field++) {
        if ((which & BIT(field)) != 0 && ez_fields_restricts(self, (ez_field)field)) {
            const char *separator = fields->len == 0 ? "" : field == last ? " and " : ", ";

            g_string_append_printf(fields, "%s%s '%s'", separator, ez_field_names[field],
                                   self->texts[field]);
        }
    }
    return ez_fail(err, EXECZ_E_PARSE, "this never fires: no day up to %d has %s", EZ_YEAR_LAST,
                   fields->str);
}
