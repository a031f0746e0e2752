/* SPDX-License-Identifier: MIT */
/* Texts in JSON: those that are not UTF-8 are kept as {"base64": "..."}. */
#ifndef EZ_STORE_TEXT_H
#define EZ_STORE_TEXT_H

#include <stdbool.h>

#include <glib.h>
#include <jansson.h>

/* A new reference. */
json_t *ez_text_new(const char *text);

/* Leaves out what is NULL. */
void ez_text_set(json_t *object, const char *key, const char *text);
void ez_text_set_array(json_t *object, const char *key, const char *const *texts);

/* What is read points into it or into the JSON. */
typedef GPtrArray ez_text_arena;

ez_text_arena *ez_text_arena_begin(void);
void *ez_text_arena_new(ez_text_arena *self, size_t size); /* zeroed */
void ez_text_arena_free(ez_text_arena *self);

/* NULL if value is NULL, or neither of the two forms. */
const char *ez_text_read(ez_text_arena *arena, const json_t *value);

/* A NULL-terminated array; NULL if value is.  False if it is anything but an array of texts. */
bool ez_text_read_array(ez_text_arena *arena, const json_t *value, const char *const **out);

/* Appends text as a JSON string, quotes included; bytes that are not UTF-8 are replaced. */
void ez_text_append(GString *json, const char *text);

#endif
