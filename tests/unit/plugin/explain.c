/* SPDX-License-Identifier: MIT */
#include <execz/catalog.h>

#include "plugin/codes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib.h>
#include <string.h>

static execz_code_info
get(size_t index)
{
    execz_code_info info = {.size = sizeof info};

    execz_plugin_code_get(index, &info);
    return info;
}

static bool
is_sentence(const char *text)
{
    return text != NULL && (g_ascii_isupper(text[0]) || text[0] == '$') &&
           g_str_has_suffix(text, ".");
}

Test(explain, every_code_is_explained)
{
    cr_assert(eq(sz, execz_plugin_code_count(), EZ_N_PLUGIN_CODES));
    for (size_t i = 0; i < execz_plugin_code_count(); i++) {
        execz_code_info info = get(i);

        cr_expect(is_sentence(info.cause), "%s has no cause", info.code);
        cr_expect(is_sentence(info.remedy), "%s does not say what to do", info.code);
        cr_assert(info.example != NULL, "%s has no example", info.code);
        cr_expect(ne(chr, info.example[0], '\0'));
    }
}

Test(explain, codes_come_in_their_order)
{
    for (size_t i = 1; i < execz_plugin_code_count(); i++) {
        cr_expect(lt(int, strcmp(get(i - 1).code, get(i).code), 0), "%s", get(i).code);
    }
}

Test(explain, no_more_is_filled_than_there_is_room_for)
{
    execz_code_info info = {.size = offsetof(execz_code_info, cause), .cause = "mine"};

    execz_plugin_code_get(0, &info);
    cr_expect(eq(str, (char *)info.code, (char *)"P101"));
    cr_expect(eq(str, (char *)info.cause, (char *)"mine"));
}
