/* SPDX-License-Identifier: MIT */
/* Reads JSON on whatever stack a body runs on. */
#ifndef EZ_FUNCTION_JSON_H
#define EZ_FUNCTION_JSON_H

#include <jansson.h>

/**
 * How deep arrays and objects may be nested: the parser recurses, and a coroutine's stack is small.
 */
#define EZ_JSON_DEPTH_MAX 64

/* Parses length bytes with jansson's flags.  NULL with *error_out ("line 1, column 2: ...", which
 * the caller frees) if that is not possible. */
json_t *ez_json_parse(const char *text, size_t length, size_t flags, char **error_out);

/* What a value is, for people: "an object", "a text", ... */
const char *ez_json_type(const json_t *value);

#endif
