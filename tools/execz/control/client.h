/* SPDX-License-Identifier: MIT */
/* Asks a running scheduler, for the commands. */
#ifndef EZ_CONTROL_CLIENT_H
#define EZ_CONTROL_CLIENT_H

#include <jansson.h>

#include "command.h"

#define EZ_CLIENT_PATIENCE 30 /* seconds without a byte of an answer */

/* Takes request, an object without its version, and asks the scheduler behind socket (NULL: the usual one).
 * Returns EZ_EXIT_OK with the answer's result, which the caller frees; otherwise says on stderr what is
 * wrong and returns what to exit with. */
int ez_client_ask(const char *socket, json_t *request, json_t **result_out);

/* Hears of one part of an answer. */
typedef void (*ez_client_part)(void *user, const json_t *part);

/* The same; tells each part of the answer as soon as it is there. */
int ez_client_ask_parts(const char *socket, json_t *request, ez_client_part part, void *user);

/* As the first; that no scheduler runs is told by EZ_EXIT_NOT_RUNNING alone. */
int ez_client_ask_if_any(const char *socket, json_t *request, json_t **result_out);

#endif
