/* SPDX-License-Identifier: MIT */
/* What the commands that ask a running scheduler have in common. */
#ifndef EZ_TOOL_ASK_H
#define EZ_TOOL_ASK_H

#include <stdbool.h>

#include <jansson.h>

#include "args.h"

/* Options of all of them.  Put EZ_ASK_OPTIONS(&ask) among a command's own. */
typedef struct ez_ask {
    const char *socket;
    bool json;
} ez_ask;

#define EZ_ASK_OPTIONS(ask)                                                                        \
    {"socket", 0, EZ_ARG_TEXT, &(ask)->socket},                                                    \
    {                                                                                              \
        "json", 0, EZ_ARG_FLAG, &(ask)->json                                                       \
    }

/* How help texts describe them. */
#define EZ_ASK_HELP                                                                                \
    "  --socket PATH    the scheduler's socket; without it $EXECZ_SOCKET, else the usual one\n"    \
    "  --json           the answer as JSON\n"

/* An object for ez_client_ask() that asks for this. */
json_t *ez_ask_for(const char *what);

/* Sets key to text, if there is any. */
void ez_ask_set(json_t *request, const char *key, const char *text);

/* The one argument that a command takes, called what, e.g. "TASK"; NULL if that is not what there is: then
 * *exit_out says so. */
const char *ez_ask_one(const ez_command *command, const GPtrArray *arguments, const char *what,
                       int *exit_out);

/* The same, or none: then *one_out is NULL.  False if *exit_out says what is wrong. */
bool ez_ask_at_most_one(const ez_command *command, const GPtrArray *arguments, const char *what,
                        const char **one_out, int *exit_out);

/* None; false as above. */
bool ez_ask_none(const ez_command *command, const GPtrArray *arguments, int *exit_out);

/* Asks, and with json shows the answer; then *result_out is NULL.  Takes request. */
int ez_ask_send(const ez_ask *ask, json_t *request, json_t **result_out);

/* A text of an answer; NULL if there is none. */
const char *ez_ask_text(const json_t *object, const char *key);

/* A whole number of an answer; 0 if there is none. */
json_int_t ez_ask_count(const json_t *object, const char *key);

/* Has an array of an answer this text? */
bool ez_ask_has(const json_t *object, const char *key, const char *text);

#endif
