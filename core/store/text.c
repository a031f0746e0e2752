/* SPDX-License-Identifier: MIT */
#include "store/text.h"

#include <string.h>

json_t *
ez_text_new(const char *text)
{
    json_t *string = json_string(text);
    g_autofree char *coded = NULL;
    json_t *object;

    if (string != NULL) {
        return string;
    }
    coded = g_base64_encode((const guchar *)text, strlen(text));
    object = json_object();
    (void)json_object_set_new(object, "base64", json_string(coded));
    return object;
}

void
ez_text_set(json_t *object, const char *key, const char *text)
{
    if (text != NULL) {
        (void)json_object_set_new(object, key, ez_text_new(text));
    }
}

void
ez_text_set_array(json_t *object, const char *key, const char *const *texts)
{
    json_t *array;

    if (texts == NULL) {
        return;
    }
    array = json_array();
    for (; *texts != NULL; texts++) {
        (void)json_array_append_new(array, ez_text_new(*texts));
    }
    (void)json_object_set_new(object, key, array);
}

ez_text_arena *
ez_text_arena_begin(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

void *
ez_text_arena_new(ez_text_arena *self, size_t size)
{
    void *block = g_malloc0(size);

    g_ptr_array_add(self, block);
    return block;
}

void
ez_text_arena_free(ez_text_arena *self)
{
    g_ptr_array_unref(self);
}

const char *
ez_text_read(ez_text_arena *arena, const json_t *value)
{
    const char *coded = json_string_value(json_object_get(value, "base64"));
    g_autofree guchar *bytes = NULL;
    gsize length;
    char *text;

    if (coded == NULL) {
        return json_string_value(value);
    }
    bytes = g_base64_decode(coded, &length);
    text = ez_text_arena_new(arena, length + 1);
    memcpy(text, bytes, length);
    return text;
}

bool
ez_text_read_array(ez_text_arena *arena, const json_t *value, const char *const **out)
{
    size_t n = json_array_size(value);
    const char **texts;

    if (value == NULL) {
        return true;
    }
    if (!json_is_array(value)) {
        return false;
    }
    texts = ez_text_arena_new(arena, (n + 1) * sizeof texts[0]);
    for (size_t i = 0; i < n; i++) {
        texts[i] = ez_text_read(arena, json_array_get(value, i));
        if (texts[i] == NULL) {
            return false;
        }
    }
    *out = texts;
    return true;
}

void
ez_text_append(GString *json, const char *text)
{
    g_autofree char *valid = g_utf8_validate(text, -1, NULL) ? NULL : g_utf8_make_valid(text, -1);

    g_string_append_c(json, '"');
    for (const char *at = valid != NULL ? valid : text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            g_string_append_c(json, '\\');
            g_string_append_c(json, *at);
        } else if ((unsigned char)*at < 0x20) {
            g_string_append_printf(json, "\\u%04x", (unsigned char)*at);
        } else {
            g_string_append_c(json, *at);
        }
    }
    g_string_append_c(json, '"');
}
