/* SPDX-License-Identifier: MIT */
/* A task's arguments, as one call of its function reads them.
 *
 * They are parsed and copied only when the function asks: most functions do not, and a task's
 * arguments were checked when it was added. */
#ifndef EZ_FUNCTION_ARGS_H
#define EZ_FUNCTION_ARGS_H

#include <stdbool.h>

#include <jansson.h>

#include <execz/plugin.h>

typedef struct ez_args {
    const execz_task *task;
    bool parsed;
    json_t *json; /* owned; NULL: none */
    char *text;   /* owned; NULL: not asked for */
    char *error;  /* owned; the first mistake with them, the task's or the function's; NULL: none */
} ez_args;

/* The types an argument may have. */
#define EZ_ARG_TEXT (1u << JSON_STRING)
#define EZ_ARG_WHOLE (1u << JSON_INTEGER)
#define EZ_ARG_NUMBER (1u << JSON_INTEGER | 1u << JSON_REAL)
#define EZ_ARG_TRUTH (1u << JSON_TRUE | 1u << JSON_FALSE)

void ez_args_init(ez_args *self, const execz_task *task);
void ez_args_deinit(ez_args *self);

/* Whether task has no arguments, so that whatever is asked for is not there. */
bool ez_args_are_none(const execz_task *task);

/* Parses them; false with an error in self if they are no JSON object. */
bool ez_args_parse(ez_args *self);

/* The argument called name; EXECZ_E_NOT_FOUND if there is none, EXECZ_E_INVAL with an error in self
 * if it has none of the types, which expected says in words, or if they are no JSON object. */
execz_status ez_args_find(ez_args *self, const char *name, unsigned types, const char *expected,
                          const json_t **value_out);

/* All of them, terminated; "{}" if there are none.  length_out may be NULL. */
const char *ez_args_text(ez_args *self, uint64_t *length_out);

#endif
