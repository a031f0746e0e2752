/* SPDX-License-Identifier: MIT */
#include "config/codes.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(codes, codes_are_unique)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (int code = 0; code < EZ_N_CONFIG_CODES; code++) {
        cr_expect(g_hash_table_add(seen, (void *)ez_config_code_text(code)), "%s",
                  ez_config_code_text(code));
        cr_expect(ne(sz, strlen(ez_config_code_title(code)), 0));
    }
}

Test(codes, a_problem_is_printed_with_its_place_and_its_code_in_the_first_line)
{
    ez_problem problem = {{"a.conf", 3, 9}, "C307", (char *)"what\n  more\n  and more"};
    g_autofree char *whole = ez_problem_format(&problem);
    g_autofree char *bare = NULL;

    problem = (ez_problem){{"a.conf", 0, 0}, "", (char *)"what"};
    bare = ez_problem_format(&problem);
    cr_expect(eq(str, whole, (char *)"a.conf:3:9: what [C307]\n  more\n  and more"));
    cr_expect(eq(str, bare, (char *)"a.conf: what"));
}

Test(codes, a_message_that_was_cut_within_a_character_is_mended)
{
    g_autoptr(ez_report) report = ez_report_new();

    ez_config_problem(report, (ez_place){0}, EZ_C_BAD_ARGS, "caf\xc3");
    cr_expect(eq(str, ez_report_get(report, 0)->message, (char *)"caf\xef\xbf\xbd"));
}
