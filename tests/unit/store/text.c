/* SPDX-License-Identifier: MIT */
#include "store/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(text, any_bytes_come_back)
{
    static const char *const texts[] = {"", "plain", "\xc3\xa9", "\xff\x01\xfe", "\"\\\n"};
    ez_text_arena *arena = ez_text_arena_begin();

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        json_t *value = ez_text_new(texts[i]);

        cr_expect(eq(str, (char *)ez_text_read(arena, value), (char *)texts[i]));
        json_decref(value);
    }
    ez_text_arena_free(arena);
}

Test(text, what_is_no_text_is_told_apart)
{
    ez_text_arena *arena = ez_text_arena_begin();
    json_t *number = json_integer(5), *list = json_pack("[s, i]", "a", 5);
    const char *const *out = NULL;

    cr_expect(ez_text_read(arena, NULL) == NULL);
    cr_expect(ez_text_read(arena, number) == NULL);
    cr_expect(ez_text_read_array(arena, NULL, &out) && out == NULL);
    cr_expect(not(ez_text_read_array(arena, number, &out)));
    cr_expect(not(ez_text_read_array(arena, list, &out)));
    json_decref(number);
    json_decref(list);
    ez_text_arena_free(arena);
}

Test(text, a_string_is_escaped_as_json_wants)
{
    g_autoptr(GString) json = g_string_new(NULL);

    ez_text_append(json, "a\"b\\c\n\x02");
    cr_expect(eq(str, json->str, (char *)"\"a\\\"b\\\\c\\u000a\\u0002\""));
}
