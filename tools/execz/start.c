/* SPDX-License-Identifier: MIT */
#include "args.h"
#include "problems.h"
#include "session.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* clang-format off */
static const char help[] =
    "usage: execz start -c FILE [--for DURATION | --until-idle] [--json | --quiet]\n"
    "                   [--log-level LEVEL]\n"
    "\n"
    "Runs the tasks of a configuration in the foreground and prints a line for\n"
    "everything that happens.  Ctrl-C (or SIGTERM) lets unfinished runs end first, a\n"
    "second one cancels them, a third one leaves at once.\n"
    "\n"
    "  -c, --config FILE    the configuration\n"
    "  --for DURATION       shut down after this time, e.g. 3s, 500ms, 1h 30m\n"
    "  --until-idle         shut down when no task will run any more\n"
    "  --json               each event as an object on a line of its own, on stdout;\n"
    "                       everything else goes to stderr\n"
    "  --quiet              only what went wrong\n"
    "  --log-level LEVEL    debug, info, warning or error: log lines, on stderr; without it\n"
    "                       log_level of the file, else warning, and nothing that is\n"
    "                       among the events\n"
    "\n"
    "exit status: 0 shut down, 1 failed, or idle with tasks that are blocked,\n"
    "             2 usage, 3 wrong configuration, 130 left at the third signal\n"
    "\n"
    "example: execz start -c examples/hello.conf --for 3s\n";
/* clang-format on */

#define NO_LEVEL UINT32_MAX

typedef struct start_command {
    const char *config;
    uint32_t level; /* NO_LEVEL: not given */
    ez_session_settings settings;
} start_command;

/* How a task ended is a log line of the library and an event; events are shown anyway.  How much
 * the library logs is for the file to say, if the command line does not. */
static bool
is_event(const char *message)
{
    return g_str_has_prefix(message, "task ");
}

static void
log_line(void *user, uint32_t level, const char *message)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    const start_command *self = user;
    g_autoptr(GString) line = NULL;
    g_autofree char *time = NULL;
    struct timespec now;

    if (self->level == NO_LEVEL ? is_event(message) : level < self->level) {
        return;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    time = ez_text_local_time(now.tv_sec * EXECZ_SECOND + now.tv_nsec);
    line = g_string_new(NULL);
    ez_text_append_safe(line, message, strlen(message), "    | ");
    fprintf(stderr, "%s  %-7s  %s\n", time, level < G_N_ELEMENTS(names) ? names[level] : "unknown",
            line->str);
}

static bool
read_command_line(start_command *self, const ez_command *command, int argc, char **argv,
                  int *exit_out)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    const ez_arg options[] = {
        {"config", 'c', EZ_ARG_TEXT, &self->config},
        {"for", 0, EZ_ARG_DURATION, &self->settings.length},
        {"until-idle", 0, EZ_ARG_FLAG, &self->settings.until_idle},
        {"json", 0, EZ_ARG_FLAG, &self->settings.json},
        {"quiet", 'q', EZ_ARG_FLAG, &self->settings.quiet},
        {"log-level", 0, EZ_ARG_LEVEL, &self->level},
        {NULL},
    };

    if (!ez_args_read(command, options, argc, argv, arguments, exit_out)) {
        return false;
    }
    if (arguments->len > 0) {
        const char *first = arguments->pdata[0];

        *exit_out = ez_usage_error(command, "what is '%s'?%s%s", first,
                                   self->config == NULL ? " a configuration is given as -c " : "",
                                   self->config == NULL ? first : "");
    } else if (self->config == NULL) {
        *exit_out = ez_usage_error(command, "which configuration? give it as -c FILE");
    } else if (self->settings.length >= 0 && self->settings.until_idle) {
        *exit_out = ez_usage_error(command, "--for and --until-idle exclude each other");
    } else {
        return true;
    }
    return false;
}

static int
run(const ez_command *self, int argc, char **argv)
{
    start_command command = {NULL, NO_LEVEL, {.length = -1}};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_scheduler *scheduler;
    int status;

    if (!read_command_line(&command, self, argc, argv, &status)) {
        return status;
    }
    options.log = log_line;
    options.log_user = &command;
    options.log_level = command.level == NO_LEVEL ? EXECZ_LOG_WARNING : command.level;
    scheduler = ez_problems_load(command.config, &options, command.settings.json,
                                 "nothing was started", &status);
    if (scheduler == NULL) {
        return status;
    }
    status = ez_session_run(scheduler, &command.settings);
    execz_scheduler_free(scheduler);
    return status;
}

const ez_command ez_command_start = {"start", help, run, NULL};
