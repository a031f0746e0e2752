/* SPDX-License-Identifier: MIT */
/* The grammar, in EBNF; blanks around an item do not count, letters may be of either case:
 *
 *   expression = item , { "," , item } ;
 *   item       = ( "*" | value | value , "-" , value ) , [ "/" , step ] | day ;
 *   value      = digits | name ;
 *   day        = "last" | ordinal , blanks , weekday                          (cron: day)
 *              | "L" | "?"                                                    (crontab: day)
 *              | value , "#" , digit | value , "L" | "?" ;                    (crontab: weekday)
 *   ordinal    = "1st" | "2nd" | "3rd" | "4th" | "5th" | "last" ;
 *
 * "a/n" goes from a to the field's end.  A step that leads out of its range at once is refused, as
 * is a range that runs backwards: both are mistakes.  In a crontab a range whose ends are written
 * as names may wrap around, "fri-mon", because no end comes first in a week.  In cron a name takes
 * no step, as in all schedulers that have this dialect; those ignore it, we refuse. */
#include "trigger/expression.h"

#include "base/error.h"
#include "base/parse.h"
#include "trigger/habit.h"
#include "trigger/syntax.h"

#include <string.h>

#define NAME_LENGTH 3 /* of months and weekdays */

static const char *const ordinals[] = {"1st", "2nd", "3rd", "4th", "5th", "last"};

/* One item on its way. */
typedef struct reader {
    ez_field field;
    ez_dialect dialect;
    const ez_domain *domain;
    const char *item; /* of lower case, without blanks around it */
    const char *at;   /* in item */
    ez_values *values;
    const char *blame; /* in item: where the mistake is */
    execz_error *err;
} reader;

/* A range as it was written. */
typedef struct range {
    int first, last, step;
    bool is_single; /* only first was written */
    bool has_name;
} range;

/* Notes the place of a failure that is described in the same statement. */
static execz_error *
blame(reader *self, const char *at)
{
    self->blame = at;
    return self->err;
}

static bool
is_crontab(const reader *self)
{
    return self->dialect == EZ_DIALECT_CRONTAB;
}

/* The number of the word of length bytes at text among words; -1 if it is none of them. */
static int
find_word(const char *text, size_t length, const char *const *words, int n)
{
    for (int i = 0; i < n; i++) {
        if (strlen(words[i]) == length && strncmp(text, words[i], length) == 0) {
            return i;
        }
    }
    return -1;
}

static size_t
letters(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz");
}

static execz_status
fail_unknown_name(reader *self, size_t length)
{
    g_autofree char *name = g_strndup(self->at, length);
    int meant = length > NAME_LENGTH
                    ? find_word(name, NAME_LENGTH, self->domain->names, self->domain->n_names)
                    : -1;
    const char *nearest =
        meant >= 0 ? self->domain->names[meant]
                   : ez_nearest(name, self->domain->names, (size_t)self->domain->n_names);

    if (nearest != NULL) {
        return ez_fail(blame(self, self->at), EXECZ_E_PARSE,
                       "unknown name '%s', did you mean \"%s\"?", name, nearest);
    }
    return ez_fail(blame(self, self->at), EXECZ_E_PARSE,
                   "unknown name '%s'; they are %s, %s and so on", name, self->domain->names[0],
                   self->domain->names[1]);
}

static execz_status
read_name(reader *self, int *value_out)
{
    size_t length = letters(self->at);
    int name;

    if (self->domain->names == NULL) {
        return ez_fail(blame(self, self->at), EXECZ_E_PARSE,
                       "'%s' is not understood; write a number from %d to %d, a-b, */n or a list",
                       self->item, self->domain->min, self->domain->max);
    }
    /* "friL" */
    if (is_crontab(self) && length == NAME_LENGTH + 1 && self->at[NAME_LENGTH] == 'l') {
        length = NAME_LENGTH;
    }
    name = find_word(self->at, length, self->domain->names, self->domain->n_names);
    if (name < 0) {
        return fail_unknown_name(self, length);
    }
    self->at += length;
    *value_out = ez_field_number(self->field, self->dialect, name);
    return EXECZ_OK;
}

/* Reads digits as a number, whatever its size. */
static execz_status
read_number(reader *self, const char *what, int *value_out)
{
    size_t length = strspn(self->at, "0123456789");
    int value = 0;

    if (length == 0) {
        return ez_fail(blame(self, self->at), EXECZ_E_PARSE, "'%s': %s is missing", self->item,
                       what);
    }
    for (size_t i = 0; i < length; i++) {
        value = MIN(value * 10 + (self->at[i] - '0'), 100000);
    }
    self->at += length;
    *value_out = value;
    return EXECZ_OK;
}

static execz_status
read_value(reader *self, range *in, int *value_out)
{
    const char *begin = self->at;
    bool sunday = self->field == EZ_FIELD_DAY_OF_WEEK && is_crontab(self);
    int max = self->domain->max + sunday;
    execz_status status;

    if (letters(begin) > 0) {
        in->has_name = true;
        return read_name(self, value_out);
    }
    status = read_number(self, "a number", value_out);
    if (status == EXECZ_OK && (*value_out < self->domain->min || *value_out > max)) {
        return ez_fail(blame(self, begin), EXECZ_E_PARSE, "there is no %s %.*s, they are %d to %d",
                       ez_field_names[self->field], (int)(self->at - begin), begin,
                       self->domain->min, max);
    }
    return status;
}

/* After how many numbers the field begins anew. */
static int
cycle(const reader *self)
{
    return self->domain->max - self->domain->min + 1;
}

/* Reads "*", "a" or "a-b". */
static execz_status
read_span(reader *self, range *out)
{
    execz_status status;

    *out = (range){.first = self->domain->min, .last = self->domain->max, .step = 1};
    if (*self->at == '*') {
        self->at++;
        return EXECZ_OK;
    }
    status = read_value(self, out, &out->first);
    if (status != EXECZ_OK) {
        return status;
    }
    if (*self->at != '-') {
        out->is_single = true;
        out->first = (out->first - self->domain->min) % cycle(self) + self->domain->min;
        return EXECZ_OK;
    }
    self->at++;
    status = read_value(self, out, &out->last);
    if (status == EXECZ_OK && out->first > out->last && out->has_name && is_crontab(self)) {
        out->last += cycle(self);
    }
    if (status == EXECZ_OK && out->first > out->last) {
        return ez_fail(blame(self, self->item), EXECZ_E_PARSE,
                       "'%s': a range goes from the smaller to the greater", self->item);
    }
    return status;
}

static execz_status
read_step(reader *self, range *named)
{
    const char *slash = self->at++;
    execz_status status;

    if (named->has_name && !is_crontab(self)) {
        return ez_fail(blame(self, slash), EXECZ_E_PARSE,
                       "'%s': a name takes no step, did you mean \"%d-%d%s\"?", self->item,
                       named->first, named->last, slash);
    }
    named->is_single = false;
    status = read_number(self, "the step behind '/'", &named->step);
    if (status == EXECZ_OK && named->step == 0) {
        return ez_fail(blame(self, slash + 1), EXECZ_E_PARSE, "'%s': a step is at least 1",
                       self->item);
    }
    if (status == EXECZ_OK && named->step > named->last - named->first) {
        return ez_fail(blame(self, slash + 1), EXECZ_E_PARSE,
                       "'%s': a step of %d leads out of %d to %d at once", self->item, named->step,
                       named->first, named->last);
    }
    return status;
}

static void
add_range(const reader *self, const range *named)
{
    int most = self->field == EZ_FIELD_YEAR ? EZ_YEAR_LAST : INT_MAX;
    int last = MIN(named->is_single ? named->first : named->last, most);

    for (int value = named->first; value <= last; value += named->step) {
        ez_field_add(self->field, self->dialect,
                     (value - self->domain->min) % cycle(self) + self->domain->min, self->values);
    }
}

/* Reads "#2" or "L" behind the number of a weekday, in a crontab. */
static execz_status
read_which(reader *self, int value)
{
    const char *begin = self->at++;
    uint8_t weekday = (uint8_t)ez_weekday_of_number(self->dialect, value);
    int n = 0;
    execz_status status;

    if (*begin == 'l') {
        self->values->day_of_week.last_weekday |= (uint8_t)(1 << weekday);
        return EXECZ_OK;
    }
    status = read_number(self, "the number behind '#'", &n);
    if (status == EXECZ_OK && (n < 1 || n > 5)) {
        return ez_fail(blame(self, begin + 1), EXECZ_E_PARSE,
                       "'%s': a month has the first to the fifth of a weekday, or the last: #1 to "
                       "#5, or L",
                       self->item);
    }
    if (status == EXECZ_OK) {
        self->values->day_of_week.weekday[weekday] |= (uint8_t)(1 << (n - 1));
    }
    return status;
}

static execz_status
fail_rest(reader *self)
{
    int length = (int)(self->at - self->item);
    g_autofree char *meant = is_crontab(self) ? NULL : ez_habit_meaning(self->field, self->item);

    if (meant == NULL) {
        meant = g_strdup_printf("\"%.*s\"", length, self->item);
    }
    return ez_fail(blame(self, self->at), EXECZ_E_PARSE,
                   "'%s' does not belong behind '%.*s', did you mean %s?", self->at, length,
                   self->item, meant);
}

static execz_status
read_range(reader *self)
{
    range named;
    execz_status status = read_span(self, &named);

    if (status == EXECZ_OK && *self->at == '/') {
        status = read_step(self, &named);
    } else if (status == EXECZ_OK && named.is_single && self->field == EZ_FIELD_DAY_OF_WEEK &&
               is_crontab(self) && (*self->at == '#' || *self->at == 'l')) {
        status = read_which(self, named.first);
        named.is_single = false;
        named.last = named.first - 1; /* none on every one of its weekdays */
    }
    if (status == EXECZ_OK && *self->at != '\0') {
        status = fail_rest(self);
    }
    if (status == EXECZ_OK) {
        add_range(self, &named);
    }
    return status;
}

static execz_status
fail_ordinal(reader *self, size_t length)
{
    g_autofree char *word = g_strndup(self->item, length);
    const char *nearest = ez_nearest(word, ordinals, G_N_ELEMENTS(ordinals));

    for (size_t i = 0; i < G_N_ELEMENTS(ordinals); i++) {
        nearest = g_str_has_prefix(word, ordinals[i]) ? ordinals[i] : nearest;
    }
    if (nearest != NULL) {
        return ez_fail(blame(self, self->item), EXECZ_E_PARSE,
                       "'%s' is not understood, did you mean \"%s\"?", word, nearest);
    }
    return ez_fail(blame(self, self->item), EXECZ_E_PARSE,
                   "'%s' is not understood; write numbers from 1 to 31, last, or a weekday like "
                   "2nd tue or last fri",
                   word);
}

/* Reads "last", "2nd tue" or "last fri". */
static execz_status
read_day(reader *self)
{
    size_t length = strcspn(self->item, " \t");
    int which = find_word(self->item, length, ordinals, G_N_ELEMENTS(ordinals));
    const char *name = self->item + length + strspn(self->item + length, " \t");
    int weekday = find_word(name, strlen(name), ez_weekday_names, 7);

    if (which < 0) {
        return fail_ordinal(self, length);
    }
    if (*name == '\0' && strcmp(ordinals[which], "last") == 0) {
        self->values->day.last = true;
        return EXECZ_OK;
    }
    if (weekday < 0) {
        self->at = name;
        self->domain = ez_field_domain(EZ_FIELD_DAY_OF_WEEK);
        return fail_unknown_name(self, strlen(name));
    }
    if (which < 5) {
        self->values->day.weekday[weekday] |= (uint8_t)(1 << which);
    } else {
        self->values->day.last_weekday |= (uint8_t)(1 << weekday);
    }
    return EXECZ_OK;
}

/* Whether an item begins with a letter, or digits and one, as "1st". */
static bool
begins_with_word(const char *item)
{
    return letters(item + strspn(item, "0123456789")) > 0;
}

static execz_status
read_item(reader *self)
{
    bool is_day = self->field == EZ_FIELD_DAY;

    if (is_crontab(self) && is_day && strcmp(self->item, "l") == 0) {
        self->values->day.last = true;
        return EXECZ_OK;
    }
    if (is_crontab(self) && (is_day || self->field == EZ_FIELD_DAY_OF_WEEK) &&
        strcmp(self->item, "?") == 0) {
        self->item = self->at = "*";
    } else if (!is_crontab(self) && is_day && begins_with_word(self->item)) {
        return read_day(self);
    }
    return read_range(self);
}

execz_status
ez_expression_read(ez_field field, ez_dialect dialect, const char *text, ez_values *values,
                   size_t *offset_out, execz_error *err)
{
    size_t offset = 0;

    do {
        size_t length = strcspn(text + offset, ",");
        g_autofree char *word = g_ascii_strdown(text + offset, (gssize)length);
        size_t blanks = strspn(word, EZ_SYNTAX_BLANKS);
        reader self = {field, dialect, ez_field_domain(field), .values = values, .err = err};
        execz_status status;

        self.item = self.at = self.blame = g_strstrip(word);
        status = *self.item != '\0'
                     ? read_item(&self)
                     : ez_fail(err, EXECZ_E_PARSE, "'%s': a number is missing", text);
        if (status != EXECZ_OK) {
            *offset_out = offset + blanks + (size_t)(self.blame - self.item);
            return status;
        }
        offset += length + 1;
    } while (text[offset - 1] == ',');
    return EXECZ_OK;
}
