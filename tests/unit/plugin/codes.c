/* SPDX-License-Identifier: MIT */
#include "plugin/codes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib.h>

Test(codes, every_code_is_unique_and_has_a_title)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (unsigned i = 0; i < EZ_N_PLUGIN_CODES; i++) {
        const char *text = ez_plugin_code_text(i);

        cr_expect(g_regex_match_simple("^P[1-6][0-9]{2}$", text, 0, 0), "%s", text);
        cr_expect(g_hash_table_add(seen, (void *)text), "%s comes twice", text);
        cr_expect(ne(chr, ez_plugin_code_title(i)[0], '\0'), "%s", text);
    }
}

Test(codes, a_failure_has_the_status_and_the_text_of_its_code)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_plugin_fail(&err, EZ_P_UNKNOWN_ALIAS, "no '%s'", "x"), EXECZ_E_NOT_FOUND));
    cr_expect(eq(str, err.code, (char *)"P101"));
    cr_expect(eq(str, err.message, (char *)"no 'x'"));
    cr_expect(eq(int, ez_plugin_fail(NULL, EZ_P_NOT_ELF, "x"), EXECZ_E_PLUGIN));
}
