/* SPDX-License-Identifier: MIT */
#include "config/ini.h"

#include "fixture.h"
#include "mutate.h"
#include "support/effort.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(ini, keys_and_values_have_their_places)
{
    g_auto(fixture) f = {0};
    const ez_ini_entry *every;

    read_text(&f, "# tasks\n\n  [task:backup]\n  every =  5s  \n");
    every = entry(&f, "task", "backup", "every");
    cr_expect(eq(str, (char *)every->setting.value, (char *)"5s"));
    cr_expect(eq(uint, every->setting.key_place.line, 4));
    cr_expect(eq(uint, every->setting.key_place.column, 3));
    cr_expect(eq(uint, every->setting.value_place.line, 4));
    cr_expect(eq(uint, every->setting.value_place.column, 12));
    cr_expect(eq(uint, ez_document_find(f.document, "task", "backup")->place.line, 3));
    cr_expect(eq(uint, ez_document_find(f.document, "task", "backup")->place.column, 3));
}

Test(ini, a_value_is_raw_to_the_end_of_its_line)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, "[task:a]\nshell = echo \"a # b\"; x=1 [y] 'z' \\n %d $(c) # not a comment\n");
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)""));
    cr_expect(eq(str, value(&f, "task", "a", "shell"),
                 (char *)"echo \"a # b\"; x=1 [y] 'z' \\n %d $(c) # not a comment"));
}

Test(ini, each_mistake_is_reported_and_reading_goes_on)
{
    expect_problems("every = 1s\n[]\nx = 1\n[task:\nname = 1\n[task:a] # note\nname = 1\nevery\n"
                    "= 5\nname = 2\n[task:a]\nname = 3\nlast = \\",
                    "t.conf:1:1: 'every' stands outside of a section; begin a section first, e.g. "
                    "[task:backup], or write the key with its section, e.g. tasks.backup.every "
                    "[C109]\n"
                    "t.conf:2:1: '[]' names no section; write one like [scheduler] or "
                    "[task:backup] [C114]\n"
                    "t.conf:4:1: '[task:]' names no section; write one like [scheduler] or "
                    "[task:backup] [C114]\n"
                    "t.conf:4:1: this '[' has no ']' in its line; a section is written "
                    "[kind:name] [C112]\n"
                    "t.conf:6:10: text after the section's ']'; put the comment in a line of its "
                    "own [C113]\n"
                    "t.conf:8:1: this line has no '='; write key = value, or end the line before "
                    "with a '\\' if it is the rest of that value [C110]\n"
                    "t.conf:9:1: the key before '=' is missing; write key = value [C111]\n"
                    "t.conf:10:1: 'name' is set twice in [task:a], first at t.conf:7:1: keep one "
                    "[C116]\n"
                    "t.conf:11:1: [task:a] stands twice in this file, first at t.conf:6:1: make it "
                    "one section, or give them different names [C115]\n"
                    "t.conf:13:1: the value should go on after the '\\' at the end of this line, "
                    "but the file ends; remove the '\\' [C117]");
}

Test(ini, keys_below_a_header_that_cannot_be_read_belong_to_nobody)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, "[task:a]\nname = a\n[task:\x01]\nname = b\n");
    found = problems_of(f.report);
    cr_expect(eq(str, found,
                 (char *)"t.conf:3:7: the control character 0x01; of those only the tab is "
                         "allowed [C107]"));
    cr_expect(eq(str, value(&f, "task", "a", "name"), (char *)"a"));
    cr_expect(f.document->damaged);
}

Test(ini, reading_stops_when_nothing_makes_sense)
{
    g_autofree char *text = g_strnfill(4000, '\n');
    g_auto(fixture) f = {0};

    for (size_t i = 0; i < 4000; i += 2) {
        text[i] = 'x';
    }
    read_text(&f, text);
    cr_assert(eq(sz, ez_report_count(f.report), EZ_CONFIG_PROBLEMS_MAX + 1));
    cr_expect(eq(str, ez_report_get(f.report, EZ_CONFIG_PROBLEMS_MAX)->message,
                 (char *)"1000 problems up to here; the rest of this file was not read"));
}

Test(ini, any_bytes_are_read_and_every_place_lies_inside_of_the_file)
{
    static const char seed[] =
        "\xef\xbb\xbfscheduler.timezone = UTC\n# c\xc3\xa9\n[executor:default]\r\ntype = debug\n"
        "\n[task:a]\nshell = one \\\n  two\\\n\nevery = 1s\ntasks.\"b.c\".env.X = 1\n[defaults]\n";
    uint64_t state = 20270101;

    for (int i = 0; i < EFFORT(20000, 3000); i++) {
        GString *text = g_string_new_len(seed, sizeof seed - 1);
        g_auto(fixture) f = {0};

        for (uint64_t n = next_random(&state) % 12 + 1; n > 0; n--) {
            mutate(text, &state);
        }
        read_bytes(&f, "t.conf", text->str, text->len);
        for (size_t k = 0; k < ez_report_count(f.report); k++) {
            const ez_problem *problem = ez_report_get(f.report, k);

            cr_assert(is_inside(text->str, text->len, problem->place), "file %d, %u:%u: %s", i,
                      problem->place.line, problem->place.column, problem->message);
            cr_assert(g_utf8_validate(problem->message, -1, NULL));
        }
        for (guint s = 0; s < f.document->sections->len; s++) {
            const ez_section *section = f.document->sections->pdata[s];

            cr_assert(is_inside(text->str, text->len, section->place));
            for (guint e = 0; e < section->entries->len; e++) {
                const ez_ini_entry *entry = section->entries->pdata[e];
                size_t end = strlen(entry->setting.value);

                for (size_t at = 0; at <= end; at++) {
                    cr_assert(is_inside(text->str, text->len, ez_ini_entry_place(entry, at)));
                }
                cr_assert(is_inside(text->str, text->len, entry->setting.key_place));
            }
        }
        g_string_free(text, TRUE);
    }
}
