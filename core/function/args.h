/* SPDX-License-Identifier: MIT */
/* A task's arguments, as one call of its function reads them. */
#ifndef EZ_FUNCTION_ARGS_H
#define EZ_FUNCTION_ARGS_H

#include <stdbool.h>

#include <jansson.h>

#include <execz/plugin.h>

typedef struct ez_args {
    const execz_task *task;
    json_t *json; /* owned; NULL: none */
    char *text;   /* owned */
    size_t length;
    char *error; /* owned; the first mistake with them, the task's or the function's; NULL: none */
} ez_args;

/* The types an argument may have. */
#define EZ_ARG_TEXT (1u << JSON_STRING)
#define EZ_ARG_WHOLE (1u << JSON_INTEGER)
#define EZ_ARG_NUMBER (1u << JSON_INTEGER | 1u << JSON_REAL)
#define EZ_ARG_TRUTH (1u << JSON_TRUE | 1u << JSON_FALSE)

/* Reads the task's arguments; false with an error in self if they are no JSON object. */
bool ez_args_init(ez_args *self, const execz_task *task);
void ez_args_deinit(ez_args *self);

/* The argument called name; EXECZ_E_NOT_FOUND if there is none, EXECZ_E_INVAL with an error in self
 * if it has none of the types, which expected says in words. */
execz_status ez_args_find(ez_args *self, const char *name, unsigned types, const char *expected,
                          const json_t **value_out);

#endif
