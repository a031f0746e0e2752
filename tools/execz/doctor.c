/* SPDX-License-Identifier: MIT */
#include "doctor.h"

#include "control/address.h"
#include "control/client.h"
#include "text.h"
#include "when.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* clang-format off */
static const char help[] =
    "usage: execz doctor [--retry] [-c FILE] [--state-dir DIR] [--socket PATH] [--json]\n"
    "\n"
    "Looks for what is wrong with the running scheduler, its store and around it: each finding\n"
    "with how to mend it.  If none runs it looks at configuration and store themselves.\n"
    "\n"
    "  --retry          first take tasks out of quarantine whose record can be read by now\n"
    "  -c, --config FILE  if no scheduler runs: of this configuration; without it the usual one\n"
    "  --state-dir DIR  if no scheduler runs: of the store there\n"
    EZ_ASK_HELP
    "\n"
    "exit status: 0 nothing is wrong, 1 something is, 2 usage, 4 no scheduler runs, 6 permission\n"
    "\n"
    "example: execz doctor\n";
/* clang-format on */

#define DISK_LOW 5u /* percent of a file system that are free */
#define FAILURES 3u /* of a task, one after the other, are worth a finding */

void
ez_find(ez_findings *self, const char *mend, const char *format, ...)
{
    g_autofree char *what = NULL;
    g_autofree char *valid = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    valid = g_utf8_make_valid(what, -1);
    json_array_append_new(self->list, json_pack("{s:s, s:s}", "finding", valid, "mend", mend));
}

/* ---- the scheduler -------------------------------------------------------------------------- */

static void
look_at_status(ez_findings *self, const json_t *status)
{
    const json_t *executors = json_object_get(status, "executors");

    if (strcmp(ez_ask_text(status, "state"), "paused") == 0) {
        ez_find(self, "execz resume --all", "the scheduler is paused: nothing is run");
    }
    if (json_is_true(json_object_get(status, "loop_is_busy"))) {
        ez_find(self, "give tasks that take long another executor than debug",
                "the scheduler's loop is inside of a task, and all others wait for it");
    }
    for (size_t i = 0; i < json_array_size(executors); i++) {
        const json_t *one = json_array_get(executors, i);

        if (ez_ask_text(one, "unavailable") != NULL) {
            ez_find(self,
                    "execz plugin list --all says what there is; mend the plugin, then start anew",
                    "executor '%s' takes no tasks: %s", ez_ask_text(one, "alias"),
                    ez_ask_text(one, "unavailable"));
        }
    }
}

/* How many of the last runs failed, one after the other. */
static size_t
failures(const char *trend)
{
    size_t n = 0;

    for (size_t i = trend == NULL ? 0 : strlen(trend); i > 0 && strchr("ETL", trend[i - 1]); i--) {
        n++;
    }
    return n;
}

static void
look_at_task(ez_findings *self, const json_t *task)
{
    const char *id = ez_ask_text(task, "task");
    const char *blocked = ez_ask_text(task, "blocked");
    size_t failed = failures(ez_ask_text(task, "trend"));
    g_autofree char *logs = g_strdup_printf("execz logs %s shows what it printed", id);

    if (blocked != NULL) {
        ez_find(self, "do what it says; the task runs by itself once the cause is gone",
                "task '%s' is blocked: %s", id, blocked);
    }
    if (failed >= FAILURES) {
        ez_find(self, logs, "the last %zu runs of task '%s' failed", failed, id);
    }
    if (ez_ask_has(task, "states", "paused") && ez_ask_text(task, "paused_until") == NULL &&
        ez_ask_text(task, "paused_reason") == NULL) {
        g_autofree char *resume =
            g_strdup_printf("execz resume %s, or pause it with a --reason", id);

        ez_find(self, resume, "task '%s' is paused, for no reason that was given", id);
    }
}

/* ---- around it ------------------------------------------------------------------------------ */

static size_t
length_of(const json_t *result, const char *key)
{
    return json_array_size(json_object_get(result, key));
}

static void
look_at_config(ez_findings *self, const char *socket, const char *config)
{
    json_t *request = ez_ask_for("reload");
    json_t *result = NULL;
    size_t n;

    json_object_set_new(request, "dry_run", json_true());
    if (ez_client_ask(socket, request, &result) != EZ_EXIT_OK) {
        g_autofree char *check = g_strdup_printf("execz check %s", config);

        ez_find(self, check, "%s has become wrong since it was loaded", config);
        return;
    }
    n = length_of(result, "added") + length_of(result, "changed") + length_of(result, "removed");
    if (n > 0) {
        ez_find(self, "execz reload --dry-run shows them, execz reload applies them",
                "%s has changed since it was loaded: tasks that are new, different or gone: %zu",
                config, n);
    }
    if (length_of(result, "executors") > 0) {
        ez_find(
            self, "execz reload --dry-run shows them, execz reload applies them",
            "%s has changed since it was loaded: executors that are new, different or gone: %zu",
            config, length_of(result, "executors"));
    }
    for (size_t i = 0; i < length_of(result, "needs_restart"); i++) {
        ez_find(self, "start execz anew when that is convenient",
                "%s of %s is used as it was when execz was started",
                json_string_value(json_array_get(json_object_get(result, "needs_restart"), i)),
                config);
    }
    json_decref(result);
}

static void
look_at_files(ez_findings *self, const char *config)
{
    struct stat is;

    if (config != NULL && stat(config, &is) == 0 && (is.st_mode & 002) != 0) {
        g_autofree char *mend = g_strdup_printf("chmod o-w %s", config);

        ez_find(self, mend, "everybody may write to %s, and so have commands run", config);
    }
}

static void
look_at_disk(ez_findings *self, const char *path)
{
    struct statvfs disk;

    if (statvfs(path, &disk) == 0 && disk.f_blocks > 0 &&
        disk.f_bavail * 100 / disk.f_blocks < DISK_LOW) {
        ez_find(self, "make room", "less than %u %% of the file system of %s are free", DISK_LOW,
                path);
    }
}

static int
look_at_tasks(ez_findings *self, const char *socket)
{
    json_t *request = ez_ask_for("list");
    json_t *list = NULL, *task;
    size_t i;
    int exit;

    json_object_set_new(request, "trend", json_true());
    json_object_set_new(request, "brief", json_true());
    exit = ez_client_ask(socket, request, &list);
    json_array_foreach(json_object_get(list, "tasks"), i, task)
    {
        look_at_task(self, task);
    }
    json_decref(list);
    return exit;
}

static int
look(ez_findings *self, const char *socket, bool retry)
{
    json_t *status = NULL;
    const char *config;
    int exit = ez_client_ask(socket, ez_ask_for("status"), &status);

    if (exit != EZ_EXIT_OK) {
        return exit;
    }
    config = ez_ask_text(status, "config");
    look_at_status(self, status);
    exit = look_at_tasks(self, socket);
    if (exit == EZ_EXIT_OK) {
        exit = ez_doctor_look_at_store(self, socket, json_object_get(status, "store"), retry);
    }
    if (config != NULL) {
        look_at_config(self, socket, config);
        look_at_files(self, config);
    }
    look_at_disk(self, "/tmp");
    if (ez_ask_text(json_object_get(status, "store"), "state_dir") != NULL) {
        look_at_disk(self, ez_ask_text(json_object_get(status, "store"), "state_dir"));
    }
    json_decref(status);
    return exit;
}

static void
show(const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        const char *what = ez_ask_text(one, "finding");
        g_autoptr(GString) text = g_string_new(NULL);

        ez_text_append_safe(text, what, strlen(what), "  ");
        printf("- %s\n  mend: %s\n", text->str, ez_ask_text(one, "mend"));
    }
    if (json_array_size(list) == 0) {
        printf("nothing is wrong\n");
    }
}

static int
run(const ez_command *command, int argc, char **argv)
{
    ez_ask ask = {NULL};
    const char *config = NULL, *state_dir = NULL;
    bool retry = false;
    const ez_arg options[] = {EZ_ASK_OPTIONS(&ask),
                              {"retry", 0, EZ_ARG_FLAG, &retry},
                              {"config", 'c', EZ_ARG_TEXT, &config},
                              {"state-dir", 0, EZ_ARG_TEXT, &state_dir},
                              {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    ez_findings found;
    int status;

    if (!ez_args_read(command, options, argc, argv, arguments, &status) ||
        !ez_ask_none(command, arguments, &status)) {
        return status;
    }
    found.list = json_array();
    status = look(&found, ask.socket, retry);
    if (status == EZ_EXIT_NOT_RUNNING) {
        ez_doctor_look_offline(&found, config, state_dir);
    }
    if (status == EZ_EXIT_OK || status == EZ_EXIT_NOT_RUNNING) {
        if (ask.json) {
            json_dumpf(found.list, stdout, JSON_INDENT(2));
            fputc('\n', stdout);
        } else {
            show(found.list);
        }
    }
    if (status == EZ_EXIT_OK && json_array_size(found.list) > 0) {
        status = EZ_EXIT_FAILED;
    }
    json_decref(found.list);
    return status;
}

const ez_command ez_command_doctor = {"doctor", help, run, NULL};
