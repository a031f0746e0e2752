/* SPDX-License-Identifier: MIT */
#include "args.h"
#include "control/address.h"
#include "control/fault.h"
#include "daemon/init.h"
#include "daemon/notify.h"
#include "places.h"
#include "problems.h"
#include "session.h"
#include "text.h"
#include "when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
static const char help[] =
    "usage: execz start [-c FILE] [--socket PATH | --no-socket] [--state-dir DIR]\n"
    "                   [--json | --quiet] [--for DURATION | --until-idle]\n"
    "                   [--drain DURATION] [--init] [--log-level LEVEL]\n"
    "                   [--log-format FORMAT]\n"
    "\n"
    "Runs tasks in the foreground, prints a line for everything that happens, and listens\n"
    "at a socket to execz list, add, pause and the other commands.  Ctrl-C (or SIGTERM)\n"
    "lets unfinished runs end first, a second one cancels them, a third one leaves at once.\n"
    "SIGHUP reloads the configuration, as execz reload does.\n"
    "\n"
    "  -c, --config FILE    the configuration; without it execz/execz.conf in /etc for root\n"
    "                       and in $XDG_CONFIG_HOME or ~/.config for others, if it is there,\n"
    "                       else a scheduler without tasks\n"
    "  --socket PATH        where it listens; without it socket of the file, else\n"
    "                       $EXECZ_SOCKET, else\n"
    "                       execz/execz.sock in /run for root, in $XDG_RUNTIME_DIR for others\n"
    "  --no-socket          it does not listen; also with --for and --until-idle, unless a\n"
    "                       --socket is given\n"
    "  --state-dir DIR      where tasks and their history outlast it; without it state_dir of\n"
    "                       the file, else $EXECZ_STATE_DIR, else /var/lib/execz for root and\n"
    "                       execz in $XDG_STATE_HOME or ~/.local/state for others.  With --for\n"
    "                       and --until-idle nothing is kept, unless the first two say where\n"
    "  --drain DURATION     how long unfinished runs have after a signal before they are\n"
    "                       cancelled; without it 1m\n"
    "  --init               bury orphans and pass signals on, as it does anyway as the first\n"
    "                       process of a container\n"
    "  --for DURATION       shut down after this time, e.g. 3s, 500ms, 1h 30m\n"
    "  --until-idle         shut down when no task will run any more\n"
    "  --json               each event as an object on a line of its own, on stdout;\n"
    "                       everything else goes to stderr\n"
    "  --quiet              only what went wrong\n"
    "  --log-level LEVEL    debug, info, warning or error: log lines, on stderr; without it\n"
    "                       log_level of the file, else warning, and nothing that is\n"
    "                       among the events\n"
    "  --log-format FORMAT  text, json (as --json, and log lines are objects, too) or journal:\n"
    "                       \"<N>\", the priority, before each line and no time; without it journal\n"
    "                       if stderr leads there, else text\n"
    "\n"
    "exit status: 0 shut down, 1 failed, or idle with tasks that are blocked, 2 usage,\n"
    "             3 wrong configuration, 6 not allowed to listen there, 7 another scheduler\n"
    "             listens there or uses its state directory, 130 left at the third signal\n"
    "\n"
    "example: execz start -c examples/hello.conf --for 3s\n";
/* clang-format on */

#define NO_LEVEL UINT32_MAX
#define HISTORY_LENGTH                                                                             \
    10000 /* ends of run times that can be asked for, without a store that keeps them */

typedef struct start_command {
    const char *config;
    const char *socket;
    const char *state_dir;
    bool no_socket;
    bool init;
    bool json_log;
    const char *format; /* of what it tells: text, json or journal */
    uint32_t level;     /* NO_LEVEL: not given */
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
log_json(const char *level, const char *message)
{
    g_autofree char *time = ez_text_utc_time(ez_when_now());
    g_autofree char *valid = g_utf8_make_valid(message, -1);
    json_t *line = json_pack("{s:s, s:s, s:s}", "time", time, "level", level, "message", valid);
    char *text = json_dumps(line, JSON_COMPACT);

    fprintf(stderr, "%s\n", text);
    free(text);
    json_decref(line);
}

static void
log_line(void *user, uint32_t level, const char *message)
{
    static const char *const names[] = {"debug", "info", "warning", "error", "unknown"};
    static const int priorities[] = {7, 6, 4, 3, 5}; /* syslog's */
    const start_command *self = user;
    uint32_t known = MIN(level, G_N_ELEMENTS(names) - 1);
    g_autoptr(GString) line = NULL;
    g_autofree char *time = NULL;

    if (self->level == NO_LEVEL ? is_event(message) : level < self->level) {
        return;
    }
    if (self->json_log) {
        log_json(names[known], message);
        return;
    }
    time = ez_text_local_time(ez_when_now());
    line = g_string_new(NULL);
    ez_text_append_safe(line, message, strlen(message), "    | ");
    if (self->settings.journal) {
        fprintf(stderr, "<%d>%s\n", priorities[known], line->str);
    } else {
        fprintf(stderr, "%s  %-7s  %s\n", time, names[known], line->str);
    }
}

static bool
read_format(start_command *self)
{
    if (self->format == NULL) {
        self->settings.journal = !self->settings.json && ez_notify_is_journal(STDERR_FILENO);
        return true;
    }
    self->settings.journal = strcmp(self->format, "journal") == 0;
    self->json_log = strcmp(self->format, "json") == 0;
    self->settings.json |= self->json_log;
    return self->settings.journal || self->json_log || strcmp(self->format, "text") == 0;
}

static bool
read_command_line(start_command *self, const ez_command *command, int argc, char **argv,
                  int *exit_out)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    const ez_arg options[] = {
        {"config", 'c', EZ_ARG_TEXT, &self->config},
        {"socket", 0, EZ_ARG_TEXT, &self->socket},
        {"state-dir", 0, EZ_ARG_TEXT, &self->state_dir},
        {"no-socket", 0, EZ_ARG_FLAG, &self->no_socket},
        {"init", 0, EZ_ARG_FLAG, &self->init},
        {"drain", 0, EZ_ARG_DURATION, &self->settings.drain},
        {"log-format", 0, EZ_ARG_TEXT, &self->format},
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
    } else if (self->socket != NULL && self->no_socket) {
        *exit_out = ez_usage_error(command, "--socket and --no-socket exclude each other");
    } else if (!read_format(self)) {
        *exit_out = ez_usage_error(command, "--log-format: '%s' is not text, json or journal",
                                   self->format);
    } else if (self->settings.length >= 0 && self->settings.until_idle) {
        *exit_out = ez_usage_error(command, "--for and --until-idle exclude each other");
    } else {
        return true;
    }
    return false;
}

/* ---- where it listens ----------------------------------------------------------------------- */

static bool
ends_by_itself(const start_command *self)
{
    return self->settings.length >= 0 || self->settings.until_idle;
}

/* False if it was to listen and cannot; *endpoint_out is NULL if it is not to. */
static bool
open_endpoint(const start_command *self, ez_endpoint **endpoint_out, int *exit_out)
{
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *path = NULL;
    char *said = NULL;

    *endpoint_out = NULL;
    if (self->no_socket || (self->socket == NULL && ends_by_itself(self))) {
        return true;
    }
    if (self->socket == NULL && self->settings.config != NULL) {
        said = execz_config_get_socket(self->settings.config);
    }
    path = ez_address_find(self->socket != NULL ? self->socket : said, &err);
    free(said);
    if (path != NULL) {
        *endpoint_out = ez_endpoint_open(path, &err);
    } else if (err.status == EXECZ_E_NOT_FOUND) {
        fprintf(stderr, "execz: nobody can ask this scheduler anything: %s\n", err.message);
        return true;
    }
    if (*endpoint_out == NULL) {
        fprintf(stderr, "execz: %s\n", err.message);
        *exit_out = ez_fault_exit(ez_fault_word(err.status));
    }
    return *endpoint_out != NULL;
}

/* ---- where its state is ----------------------------------------------------------------------- */

/* The usual place; NULL: none, for a scheduler that ends by itself.  Caller frees. */
static char *
find_state_dir(const start_command *self)
{
    return ends_by_itself(self) ? NULL : ez_places_state_dir();
}

/* ---- what it runs --------------------------------------------------------------------------- */

static void
take_metrics(void *user, const execz_setting_info *setting)
{
    if (strcmp(setting->section, "scheduler") == 0 && strcmp(setting->key, "metrics") == 0) {
        g_free(*(char **)user);
        *(char **)user = g_strdup(setting->value);
    }
}

/* Where a configuration has metrics served; NULL: nowhere.  Caller frees. */
static char *
find_metrics(const char *config)
{
    char *address = NULL;

    if (config != NULL) {
        (void)execz_config_list_settings(config, take_metrics, &address, NULL);
    }
    return address;
}

/* No tasks yet; its start brings the executor of those that are added. */
static execz_scheduler *
make_empty(const execz_scheduler_options *options, int *exit_out)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler = execz_scheduler_new(options, &err);

    if (scheduler == NULL) {
        fprintf(stderr, "execz: %s\n", err.message);
        *exit_out = EZ_EXIT_FAILED;
    }
    return scheduler;
}

static execz_scheduler *
make_scheduler(start_command *self, int *exit_out)
{
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    g_autofree char *fallback = find_state_dir(self);
    g_autofree char *state_dir =
        self->state_dir == NULL ? NULL : g_canonicalize_filename(self->state_dir, NULL);

    options.state_dir = state_dir;
    options.fallback_state_dir = fallback;
    options.history = HISTORY_LENGTH;
    options.log = log_line;
    options.log_user = self;
    options.watch_plugins = 1;
    options.log_level = self->level == NO_LEVEL ? EXECZ_LOG_WARNING : self->level;
    return self->settings.config == NULL
               ? make_empty(&options, exit_out)
               : ez_problems_load(self->settings.config, &options, self->settings.json,
                                  "nothing was started", exit_out);
}

static int
run(const ez_command *self, int argc, char **argv)
{
    start_command command = {.level = NO_LEVEL, .settings = {.length = -1, .drain = EXECZ_MINUTE}};
    g_autofree char *config = NULL;
    execz_scheduler *scheduler;
    ez_endpoint *endpoint;
    g_autofree char *metrics = NULL;
    int status;

    if (!read_command_line(&command, self, argc, argv, &status) ||
        ez_init_run(command.init, &status)) {
        return status;
    }
    ez_notify_init();
    config = command.config == NULL ? ez_places_config() : g_strdup(command.config);
    command.settings.config = config;
    scheduler = make_scheduler(&command, &status);
    if (scheduler != NULL && open_endpoint(&command, &endpoint, &status)) {
        metrics = find_metrics(config);
        command.settings.metrics = metrics;
        status = ez_session_run(scheduler, &command.settings, endpoint);
    }
    execz_scheduler_free(scheduler);
    return status;
}

const ez_command ez_command_start = {"start", help, run, NULL};
