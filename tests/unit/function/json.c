/* SPDX-License-Identifier: MIT */
#include "function/json.h"

#include <string.h>

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static bool
parses(const char *text)
{
    g_autofree char *error = NULL;
    json_t *value = ez_json_parse(text, strlen(text), JSON_DECODE_ANY, &error);

    cr_expect(eq(int, value == NULL, error != NULL));
    json_decref(value);
    return value != NULL;
}

Test(json, is_nested_up_to_the_limit)
{
    char text[2 * (EZ_JSON_DEPTH_MAX + 1) + 1] = "";

    memset(text, '[', EZ_JSON_DEPTH_MAX);
    memset(text + EZ_JSON_DEPTH_MAX, ']', EZ_JSON_DEPTH_MAX);
    cr_expect(parses(text));
    memset(text, '[', EZ_JSON_DEPTH_MAX + 1);
    memset(text + EZ_JSON_DEPTH_MAX + 1, ']', EZ_JSON_DEPTH_MAX + 1);
    cr_expect(not(parses(text)));
}

Test(json, brackets_in_a_text_are_no_nesting)
{
    char text[200];

    memset(text, '[', sizeof text);
    memcpy(text, "\"\\\"", 3);
    memcpy(text + 197, "\"", 2);
    cr_expect(parses(text), "%s", text);
}

Test(json, an_error_has_its_place)
{
    g_autofree char *error = NULL;

    cr_expect(zero(ptr, ez_json_parse("{\n\"a\" 1}", 8, 0, &error)));
    cr_expect(eq(str, error, (char *)"line 2, column 5: ':' expected near '1'"));
}
