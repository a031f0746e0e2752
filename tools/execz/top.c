/* SPDX-License-Identifier: MIT */
#include "ask.h"
#include "control/client.h"
#include "text.h"
#include "when.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* clang-format off */
static const char help[] =
    "usage: execz top [--every DURATION] [--once] [--socket PATH]\n"
    "\n"
    "A live view of the running scheduler: how it is, what is next, how runs ended last.  q or\n"
    "Ctrl-C ends it.\n"
    "\n"
    "  --every DURATION  how often it is drawn; without this 1s\n"
    "  --once            once, and nothing else; also if stdout is no terminal\n"
    "  --socket PATH     the scheduler's socket; without it $EXECZ_SOCKET, else the usual one\n"
    "\n"
    "exit status: 0 ok, 2 usage, 4 no scheduler runs, 6 permission\n"
    "\n"
    "example: execz top\n";
/* clang-format on */

typedef struct top {
    const char *socket;
    int rows;
    int columns;
} top;

/* Appends a line that is not wider than the terminal. */
static void add_line(const top *self, GString *screen, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void
add_line(const top *self, GString *screen, const char *format, ...)
{
    g_autofree char *text = NULL;
    g_autoptr(GString) safe = g_string_new(NULL);
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    ez_text_append_safe(safe, text, strlen(text), "");
    g_strdelimit(safe->str, "\n\t", ' ');
    if (g_utf8_strlen(safe->str, -1) > self->columns) {
        *g_utf8_offset_to_pointer(safe->str, self->columns) = '\0';
    }
    g_string_append_printf(screen, "%s\n", safe->str);
}

static const char *
or_dash(const char *text)
{
    return text == NULL ? "-" : text;
}

static void
add_status(const top *self, GString *screen, const json_t *status)
{
    g_autofree char *clock = ez_when_clock(ez_when_now());

    add_line(self, screen, "execz %s, process %" JSON_INTEGER_FORMAT ": %s   %s",
             ez_ask_text(status, "version"), ez_ask_count(status, "pid"),
             ez_ask_text(status, "state"), clock);
    add_line(self, screen,
             "tasks: %" JSON_INTEGER_FORMAT ", paused: %" JSON_INTEGER_FORMAT
             ", blocked: %" JSON_INTEGER_FORMAT ", unfinished runs: %" JSON_INTEGER_FORMAT,
             ez_ask_count(status, "tasks"), ez_ask_count(status, "paused"),
             ez_ask_count(status, "blocked"), ez_ask_count(status, "unfinished"));
}

static void
add_next(const top *self, GString *screen, const json_t *tasks, size_t n)
{
    execz_time now = ez_when_now();

    add_line(self, screen, "%-24s  %-28s  %-10s  %s", "NEXT", "WHEN", "TREND", "LAST");
    for (size_t i = 0; i < MIN(n, json_array_size(tasks)); i++) {
        const json_t *task = json_array_get(tasks, i);
        execz_time next = ez_when_of(task, "next_run");
        g_autofree char *when = next == EXECZ_TIME_NEVER ? g_strdup("-") : ez_when_next(next, now);

        add_line(self, screen, "%-24.24s  %-28s  %-10s  %s%s", ez_ask_text(task, "task"), when,
                 or_dash(ez_ask_text(task, "trend")), or_dash(ez_ask_text(task, "last_outcome")),
                 ez_ask_has(task, "states", "running") ? ", runs now" : "");
    }
}

static void
add_past(const top *self, GString *screen, const json_t *records, size_t n)
{
    execz_time now = ez_when_now();

    add_line(self, screen, "%-24s  %-16s  %-10s  %s", "ENDED", "WHEN", "RESULT", "WHY");
    for (size_t i = 0; i < MIN(n, json_array_size(records)); i++) {
        const json_t *record = json_array_get(records, i);
        g_autofree char *ago = ez_when_ago(ez_when_of(record, "finished"), now);
        const char *why = ez_ask_text(record, "message");

        add_line(self, screen, "%-24.24s  %-16s  %-10s  %s", ez_ask_text(record, "task"), ago,
                 ez_ask_text(record, "outcome"), why == NULL ? "" : why);
    }
}

/* Asks for all of it and draws it.  Returns EZ_EXIT_*. */
static int
draw(const top *self, bool clear)
{
    json_t *request = ez_ask_for("list");
    json_t *status = NULL, *tasks = NULL, *past = NULL;
    g_autoptr(GString) screen = g_string_new(clear ? "\033[H\033[J" : "");
    size_t half = (size_t)MAX(3, (self->rows - 7) / 2);
    int exit = ez_client_ask(self->socket, ez_ask_for("status"), &status);

    json_object_set_new(request, "trend", json_true());
    json_object_set_new(request, "brief", json_true());
    if (exit == EZ_EXIT_OK) {
        exit = ez_client_ask(self->socket, json_incref(request), &tasks);
    }
    json_decref(request);
    if (exit == EZ_EXIT_OK) {
        exit = ez_client_ask(self->socket, ez_ask_for("history"), &past);
    }
    if (exit == EZ_EXIT_OK) {
        add_status(self, screen, status);
        g_string_append_c(screen, '\n');
        add_next(self, screen, json_object_get(tasks, "tasks"), half);
        g_string_append_c(screen, '\n');
        add_past(self, screen, json_object_get(past, "records"), half);
        fputs(screen->str, stdout);
        fflush(stdout);
    }
    json_decref(status);
    json_decref(tasks);
    json_decref(past);
    return exit;
}

static void
measure(top *self)
{
    struct winsize size;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20;

    self->rows = known && size.ws_row >= 10 ? size.ws_row : 24;
    self->columns = known ? size.ws_col : 120;
}

/* Until q, the end of stdin, or a failure. */
static int
watch(top *self, execz_duration every)
{
    struct pollfd keys = {.fd = STDIN_FILENO, .events = POLLIN};
    int status;
    char key;

    do {
        measure(self);
        status = draw(self, true);
        if (status == EZ_EXIT_OK && poll(&keys, 1, (int)(every / EXECZ_MILLISECOND)) > 0 &&
            (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 3)) {
            break;
        }
    } while (status == EZ_EXIT_OK);
    return status;
}

/* Keys come at once and are not shown; Ctrl-C is one of them, so that the terminal is put back. */
static int
watch_on_terminal(top *self, execz_duration every)
{
    struct termios before, raw;
    int status;

    if (tcgetattr(STDIN_FILENO, &before) != 0) {
        return draw(self, false);
    }
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    fputs("\033[?1049h\033[?25l", stdout);
    status = watch(self, every);
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
    return status;
}

static int
run(const ez_command *command, int argc, char **argv)
{
    top self = {NULL};
    execz_duration every = EXECZ_SECOND;
    bool once = false;
    const ez_arg options[] = {{"socket", 0, EZ_ARG_TEXT, &self.socket},
                              {"every", 0, EZ_ARG_DURATION, &every},
                              {"once", 0, EZ_ARG_FLAG, &once},
                              {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    int status;

    if (!ez_args_read(command, options, argc, argv, arguments, &status) ||
        !ez_ask_none(command, arguments, &status)) {
        return status;
    }
    measure(&self);
    return once || !isatty(STDOUT_FILENO)
               ? draw(&self, false)
               : watch_on_terminal(&self, CLAMP(every, EXECZ_SECOND / 10, EXECZ_HOUR));
}

const ez_command ez_command_top = {"top", help, run, NULL};
