/* SPDX-License-Identifier: MIT */
#include "config/document.h"

#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(document, a_later_file_adds_and_overrides_key_by_key)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_bytes(&f, "a", "[task:a]\nevery = 1s\nname = x\n", 28);
    read_bytes(&f, "b", "[task:a]\nevery = 2s\n[task:b]\n", 29);
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)""));
    cr_expect(eq(str, value(&f, "task", "a", "every"), (char *)"2s"));
    cr_expect(
        eq(str, (char *)entry(&f, "task", "a", "every")->setting.key_place.file, (char *)"b"));
    cr_expect(eq(str, value(&f, "task", "a", "name"), (char *)"x"));
    cr_expect(eq(sz, f.document->sections->len, 2));
    cr_expect(eq(str, (char *)ez_document_find(f.document, "task", "a")->place.file, (char *)"a"));
}

Test(document, sections_have_a_limit_that_is_told_once)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < EZ_CONFIG_SECTIONS_MAX + 2; i++) {
        g_string_append_printf(text, "[a:%x]\n", i);
    }
    read_text(&f, text->str);
    g_string_free(text, TRUE);
    found = problems_of(f.report);
    cr_expect(eq(str, found,
                 (char *)"t.conf:100001:1: a configuration has at most 100000 sections; this one "
                         "and all that follow were not read [C104]"));
}
