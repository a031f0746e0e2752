/* SPDX-License-Identifier: MIT */
#include "config/line.h"

#include "config/ini.h"
#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(line, a_backslash_at_the_end_joins_lines_with_one_blank)
{
    g_auto(fixture) f = {0};
    const ez_ini_entry *shell;

    read_text(&f, "[task:a]\nshell = one   \\  \n    two\\\n\t# three\nevery = 1s\n");
    shell = entry(&f, "task", "a", "shell");
    cr_expect(eq(str, (char *)shell->setting.value, (char *)"one two # three"));
    cr_expect(eq(str, value(&f, "task", "a", "every"), (char *)"1s"));
    cr_expect(eq(uint, ez_ini_entry_place(shell, 2).line, 2));
    cr_expect(eq(uint, ez_ini_entry_place(shell, 2).column, 11));
    cr_expect(eq(uint, ez_ini_entry_place(shell, 4).line, 3));
    cr_expect(eq(uint, ez_ini_entry_place(shell, 4).column, 5));
    cr_expect(eq(uint, ez_ini_entry_place(shell, 10).line, 4));
    cr_expect(eq(uint, ez_ini_entry_place(shell, 10).column, 4));
}

Test(line, two_backslashes_and_an_empty_line_make_a_value_that_ends_in_one)
{
    g_auto(fixture) f = {0};

    read_text(&f, "[task:a]\nshell = C:\\\\\n\nname = x\n");
    cr_expect(eq(str, value(&f, "task", "a", "shell"), (char *)"C:\\"));
    cr_expect(eq(str, value(&f, "task", "a", "name"), (char *)"x"));
}

Test(line, a_value_may_begin_in_the_next_line)
{
    g_auto(fixture) f = {0};

    read_text(&f, "[task:a]\nshell = \\\n  make\n");
    cr_expect(eq(str, value(&f, "task", "a", "shell"), (char *)"make"));
    cr_expect(eq(uint, entry(&f, "task", "a", "shell")->setting.value_place.line, 3));
    cr_expect(eq(uint, entry(&f, "task", "a", "shell")->setting.value_place.column, 3));
}

Test(line, crlf_a_byte_order_mark_and_a_missing_last_line_end_are_accepted)
{
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, "\xef\xbb\xbf[task:a]\r\nname = x \\\r\n y\r\nevery = 1s");
    found = problems_of(f.report);
    cr_expect(eq(str, found, (char *)""));
    cr_expect(eq(str, value(&f, "task", "a", "name"), (char *)"x y"));
    cr_expect(eq(str, value(&f, "task", "a", "every"), (char *)"1s"));
}

Test(line, bytes_that_are_no_text_are_refused_in_their_place)
{
    static const char text[] = "[task:a]\nname = a\0b\nshell = a\x1b[0m\nx = \xff\n# \xc3\x28\n"
                               "y = 1\rz\nq = \x7f\n";
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_bytes(&f, "t.conf", text, sizeof text - 1);
    found = problems_of(f.report);
    cr_expect(eq(
        str, found,
        (char *)"t.conf:2:9: a NUL byte; a configuration is a text in UTF-8 [C106]\n"
                "t.conf:3:10: the control character 0x1b; of those only the tab is allowed [C107]\n"
                "t.conf:4:5: the byte 0xff is not UTF-8 here; save the file as UTF-8 [C108]\n"
                "t.conf:5:3: the byte 0xc3 is not UTF-8 here; save the file as UTF-8 [C108]\n"
                "t.conf:6:6: the control character 0x0d; of those only the tab is allowed [C107]\n"
                "t.conf:7:5: the control character 0x7f; of those only the tab is allowed [C107]"));
    cr_expect(ez_document_find(f.document, "task", "a")->damaged);
}

Test(line, a_line_has_a_limit_and_a_continued_value_does_not)
{
    g_autofree char *half = g_strnfill(40000, 'x');
    g_autofree char *text =
        g_strdup_printf("[task:a]\nshell = %s\\\n%s\nname = %s%s\n", half, half, half, half);
    g_auto(fixture) f = {0};
    g_autofree char *found = NULL;

    read_text(&f, text);
    found = problems_of(f.report);
    cr_expect(eq(str, found,
                 (char *)"t.conf:4:1: the line has 80007 bytes; the limit is 65536: end it with a "
                         "'\\' and go on in the next line [C103]"));
    cr_expect(eq(sz, strlen(value(&f, "task", "a", "shell")), 80001));
}
