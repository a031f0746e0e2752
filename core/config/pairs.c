/* SPDX-License-Identifier: MIT */
#include "config/pairs.h"

#include "config/dotted.h"

#include <string.h>

/* Takes a pair into section, as the key that begins at rest. */
static void
take(ez_section *section, const execz_pair *pair, const char *rest, ez_place place,
     ez_report *report)
{
    static const ez_span whole = {0, 0, 0};
    ez_ini_entry *entry = ez_ini_entry_new(rest, pair->value, place);

    g_array_append_val(entry->spans, whole);
    entry->setting.value_place = place;
    ez_section_take(section, entry, report);
}

/* False if there is nothing to read, which is reported. */
static bool
check(const execz_pair *pair, ez_place place, ez_report *report)
{
    if (pair->value == NULL) {
        ez_config_problem(report, place, EZ_C_EMPTY_VALUE,
                          "the value is missing; give one, or leave the key out");
    }
    return pair->value != NULL;
}

static void
report_unknown(const char *key, ez_place place, ez_report *report)
{
    const char *near = ez_dotted_nearest(key);

    ez_config_problem(report, place, EZ_C_UNKNOWN_SECTION,
                      "there are no keys '%.*s.'%s%s%s; known: scheduler., task_defaults., "
                      "executors.ALIAS., stores.ALIAS., tasks.ID.",
                      (int)strcspn(key, "."), key, near == NULL ? "" : "; did you mean \"",
                      near == NULL ? "" : near, near == NULL ? "" : ".\"?");
}

static void
read_pair(ez_document *document, const execz_pair *pair, const char *key, ez_report *report)
{
    ez_place place = {ez_document_add_file(document, pair->key), 0, 0};
    g_auto(ez_dotted) dotted = {0};
    execz_error err = EXECZ_ERROR_INIT;
    ez_section *section;

    if (!check(pair, place, report)) {
        return;
    }
    if (ez_dotted_split(key, &dotted, &err) != EXECZ_OK) {
        ez_config_problem(report, place, EZ_C_BAD_DOTTED_KEY, "%s", err.message);
        return;
    }
    if (dotted.kind == NULL && strchr(key, '.') != NULL) {
        report_unknown(key, place, report);
        return;
    }
    section = ez_document_need_section(document, dotted.kind == NULL ? "scheduler" : dotted.kind,
                                       dotted.name, place, report);
    if (section != NULL) {
        take(section, pair, key + dotted.rest, place, report);
    }
}

void
ez_pairs_read(ez_document *document, const execz_dictionary *dictionary, ez_report *report)
{
    const char *prefix = dictionary->prefix == NULL ? "" : dictionary->prefix;

    for (size_t i = 0; i < dictionary->n; i++) {
        const execz_pair *pair = &dictionary->pairs[i];

        if (g_str_has_prefix(pair->key, prefix)) {
            read_pair(document, pair, pair->key + strlen(prefix), report);
        }
    }
}

ez_section *
ez_pairs_read_section(ez_document *document, const char *kind, const char *name,
                      const execz_pair *pairs, size_t n, ez_report *report)
{
    ez_section *section =
        ez_document_need_section(document, kind, name, (ez_place){NULL, 0, 0}, report);

    for (size_t i = 0; i < n; i++) {
        ez_place place = {ez_document_add_file(document, pairs[i].key), 0, 0};

        if (check(&pairs[i], place, report)) {
            take(section, &pairs[i], pairs[i].key, place, report);
        }
    }
    return section;
}
