/* SPDX-License-Identifier: MIT */
/* The options and arguments of a command. */
#ifndef EZ_TOOL_ARGS_H
#define EZ_TOOL_ARGS_H

#include <stdbool.h>

#include "command.h"

#include <execz/types.h>

typedef enum ez_arg_type {
    EZ_ARG_FLAG,     /* bool */
    EZ_ARG_TEXT,     /* const char * */
    EZ_ARG_TEXTS,    /* GPtrArray * of char *, one for each time it is given */
    EZ_ARG_DURATION, /* execz_duration */
    EZ_ARG_LEVEL,    /* uint32_t, EXECZ_LOG_* */
} ez_arg_type;

/* An option: "--name VALUE", "--name=VALUE", and with its letter "-n VALUE". */
typedef struct ez_arg {
    const char *name;
    char letter; /* 0: none */
    ez_arg_type type;
    void *target; /* of the type above */
} ez_arg;

/* Reads options, which may stand anywhere; what else there is goes to arguments.
 * Returns true if the command is to go on; otherwise *exit_out says how it
 * ends: its help was shown, or something was wrong. */
bool ez_args_read(const ez_command *command, const ez_arg *options, int argc, char **argv,
                  GPtrArray *arguments, int *exit_out);

#endif
