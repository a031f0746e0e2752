/* SPDX-License-Identifier: MIT */
/* Writes what is changed of a task into a file beside the scheduler's configuration. */
#ifndef EZ_TOOL_EDIT_FILE_H
#define EZ_TOOL_EDIT_FILE_H

#include <jansson.h>

/* Sets keys of [task:ID] in CONFIG.d/ID.conf of the scheduler behind socket (NULL: the usual one), and has it
 * reload.  If the configuration is wrong then, the file is as before.  Returns EZ_EXIT_*, with what is wrong
 * on stderr. */
int ez_edit_file(const char *socket, const char *id, const json_t *set);

/* The same with the whole text of CONFIG.d/NAME.conf. */
int ez_edit_write(const char *socket, const char *name, const char *text);

#endif
