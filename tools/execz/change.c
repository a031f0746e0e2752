/* SPDX-License-Identifier: MIT */
/* The commands that change what a task does: run, pause, resume, remove. */
#include "ask.h"
#include "text.h"
#include "when.h"

#include <stdio.h>
#include <string.h>

#define EZ_DRY_HELP "  --dry-run        only look whether it could be done\n"

/* clang-format off */
static const char run_help[] =
    "usage: execz run TASK [--wait] [--dry-run] [--socket PATH] [--json]\n"
    "\n"
    "Runs a task now, beside its schedule, which stays as it is.\n"
    "\n"
    "  --wait           until it has ended, and tell how\n"
    EZ_DRY_HELP EZ_ASK_HELP
    "\n"
    "exit status: 0 ok, 1 with --wait: it did not end well, 2 usage, 4 no scheduler runs,\n"
    "             5 no such task, 6 permission\n"
    "\n"
    "example: execz run backup --wait\n";

static const char pause_help[] =
    "usage: execz pause TASK [--reason TEXT] [--for DURATION] [--dry-run]\n"
    "                        [--socket PATH] [--json]\n"
    "       execz pause --all [--dry-run] [--socket PATH] [--json]\n"
    "\n"
    "Pauses a task: what it would have run meanwhile is not made up.  With --all the whole\n"
    "scheduler: what was due meanwhile is, by the policy of each task.\n"
    "\n"
    "  --reason TEXT    why, for execz list\n"
    "  --for DURATION   it resumes by itself then, e.g. 2h\n"
    "  --all            the scheduler\n"
    EZ_DRY_HELP EZ_ASK_HELP
    "\n"
    "exit status: 0 ok, 2 usage, 4 no scheduler runs, 5 no such task, 6 permission\n"
    "\n"
    "example: execz pause backup --reason 'disk is full' --for 2h\n";

static const char resume_help[] =
    "usage: execz resume TASK [--dry-run] [--socket PATH] [--json]\n"
    "       execz resume --all [--dry-run] [--socket PATH] [--json]\n"
    "\n"
    "Resumes what is paused.\n"
    "\n"
    "  --all            the scheduler\n"
    EZ_DRY_HELP EZ_ASK_HELP
    "\n"
    "exit status: 0 ok, 2 usage, 4 no scheduler runs, 5 no such task, 6 permission\n"
    "\n"
    "example: execz resume backup\n";

static const char remove_help[] =
    "usage: execz remove TASK [--dry-run] [--socket PATH] [--json]\n"
    "\n"
    "Removes a task; its unfinished runs go on.  One of the configuration comes back with the\n"
    "next start, unless it is taken out there, too.\n"
    "\n"
    EZ_DRY_HELP EZ_ASK_HELP
    "\n"
    "exit status: 0 ok, 2 usage, 4 no scheduler runs, 5 no such task, 6 permission\n"
    "\n"
    "example: execz remove backup\n";
/* clang-format on */

typedef struct change {
    ez_ask ask;
    bool dry_run;
    bool all;
    const char *reason;
    execz_duration length; /* < 0: not given */
} change;

/* What has been done to what, and when the task runs next. */
static void
show(const char *done, const char *would, const json_t *result)
{
    const json_t *task = json_object_get(result, "task");
    execz_time next = ez_when_of(task, "next_run");
    g_autofree char *then = next == EXECZ_TIME_NEVER ? NULL : ez_when_next(next, ez_when_now());
    const char *word = json_is_true(json_object_get(result, "changed")) ? done : would;

    if (task == NULL) {
        printf("the scheduler %s\n", word);
    } else if (then == NULL) {
        printf("task '%s' %s\n", ez_ask_text(task, "task"), word);
    } else {
        printf("task '%s' %s; next: %s\n", ez_ask_text(task, "task"), word, then);
    }
}

static int
send(const change *self, json_t *request, const char *done, const char *would)
{
    json_t *result = NULL;
    int status;

    if (self->dry_run) {
        json_object_set_new(request, "dry_run", json_true());
    }
    status = ez_ask_send(&self->ask, request, &result);
    if (result != NULL) {
        show(done, would, result);
        json_decref(result);
    }
    return status;
}

/* The task that is meant; NULL for all, and if *exit_out says what is wrong. */
static const char *
read_command_line(change *self, const ez_command *command, const ez_arg *options, int argc,
                  char **argv, int *exit_out)
{
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();

    self->length = -1;
    if (!ez_args_read(command, options, argc, argv, arguments, exit_out)) {
        self->all = false;
        return NULL;
    }
    if (!self->all) {
        return ez_ask_one(command, arguments, "TASK", exit_out);
    }
    self->all = ez_ask_none(command, arguments, exit_out);
    return NULL;
}

/* The request of the command that was typed; NULL if *exit_out says what is wrong with it. */
static json_t *
read_request(change *self, const ez_command *command, const ez_arg *options, int argc, char **argv,
             int *exit_out)
{
    const char *id = read_command_line(self, command, options, argc, argv, exit_out);
    json_t *request;

    if (id == NULL && !self->all) {
        return NULL;
    }
    request = ez_ask_for(command->name);
    ez_ask_set(request, "task", id);
    return request;
}

/* A command without options of its own but, if it may be about the scheduler, --all. */
static int
change_it(const ez_command *command, int argc, char **argv, bool allows_all, const char *done,
          const char *would)
{
    change self = {{NULL}};
    const ez_arg options[] = {EZ_ASK_OPTIONS(&self.ask),
                              {"dry-run", 'n', EZ_ARG_FLAG, &self.dry_run},
                              {allows_all ? "all" : NULL, 0, EZ_ARG_FLAG, &self.all},
                              {NULL}};
    int status;
    json_t *request = read_request(&self, command, options, argc, argv, &status);

    return request == NULL ? status : send(&self, request, done, would);
}

/* ---- run ------------------------------------------------------------------------------------ */

#define WAIT 20           /* seconds that the scheduler lets a question wait for its answer */
#define WAIT_RECORDS 1000 /* ends of this task that can come between two answers */

/* Waits for the next run of a task that somebody asked for and that ends after the record *after; NULL if
 * that is still to come, then *after is what has been seen.  Caller frees. */
static json_t *
await_end(const change *self, const char *id, json_int_t *after, int *exit_out)
{
    const ez_ask plain = {self->ask.socket, false};
    json_t *request = ez_ask_for("history");
    json_t *result = NULL, *found = NULL;
    const json_t *records;

    ez_ask_set(request, "task", id);
    json_object_set_new(request, "limit", json_integer(WAIT_RECORDS));
    json_object_set_new(request, "after", json_integer(*after));
    json_object_set_new(request, "wait", json_integer(WAIT));
    *exit_out = ez_ask_send(&plain, request, &result);
    records = json_object_get(result, "records");
    for (size_t i = json_array_size(records); i-- > 0 && found == NULL;) {
        json_t *record = json_array_get(records, i);

        *after = ez_ask_count(record, "id");
        if (g_strcmp0(ez_ask_text(record, "source"), "manual") == 0) {
            found = json_incref(record);
        }
    }
    json_decref(result);
    return found;
}

static int
show_end(const json_t *record)
{
    const char *outcome = ez_ask_text(record, "outcome");
    const char *message = ez_ask_text(record, "message");
    const json_t *took = json_object_get(record, "took");
    g_autofree char *length =
        took == NULL ? NULL : ez_text_duration((execz_duration)(json_number_value(took) * 1e9));

    printf("task '%s': %s%s%s%s%s\n", ez_ask_text(record, "task"), outcome,
           length == NULL ? "" : ", took ", length == NULL ? "" : length,
           message == NULL ? "" : ": ", message == NULL ? "" : message);
    return strcmp(outcome, "ok") == 0 ? EZ_EXIT_OK : EZ_EXIT_FAILED;
}

/* The newest record of any task; 0 if there is none. */
static json_int_t
newest_record(const change *self, int *exit_out)
{
    const ez_ask plain = {self->ask.socket, false};
    json_t *request = ez_ask_for("history");
    json_t *result = NULL;
    json_int_t id;

    json_object_set_new(request, "limit", json_integer(1));
    *exit_out = ez_ask_send(&plain, request, &result);
    id = ez_ask_count(json_array_get(json_object_get(result, "records"), 0), "id");
    json_decref(result);
    return id;
}

/* Takes request, which runs the task id. */
static int
run_and_wait(const change *self, const char *id, json_t *request)
{
    const ez_ask plain = {self->ask.socket, false};
    json_t *result = NULL, *record = NULL;
    int status;
    json_int_t seen = newest_record(self, &status);

    if (status == EZ_EXIT_OK) {
        status = ez_ask_send(&plain, json_incref(request), &result);
        json_decref(result);
    }
    while (status == EZ_EXIT_OK && record == NULL) {
        record = await_end(self, id, &seen, &status);
    }
    if (record != NULL) {
        status = show_end(record);
        json_decref(record);
    }
    return status;
}

static int
run_run(const ez_command *command, int argc, char **argv)
{
    change self = {{NULL}};
    bool wait = false;
    const ez_arg options[] = {EZ_ASK_OPTIONS(&self.ask),
                              {"dry-run", 'n', EZ_ARG_FLAG, &self.dry_run},
                              {"wait", 0, EZ_ARG_FLAG, &wait},
                              {NULL}};
    int status;
    json_t *request = read_request(&self, command, options, argc, argv, &status);

    if (request == NULL) {
        return status;
    }
    if (!wait) {
        return send(&self, request, "runs now", "would run now");
    }
    status = self.dry_run ? ez_usage_error(command, "--wait and --dry-run exclude each other")
                          : run_and_wait(&self, ez_ask_text(request, "task"), request);
    json_decref(request);
    return status;
}

static int
run_remove(const ez_command *self, int argc, char **argv)
{
    return change_it(self, argc, argv, false, "is removed", "would be removed");
}

static int
run_pause(const ez_command *command, int argc, char **argv)
{
    change self = {{NULL}};
    const ez_arg options[] = {EZ_ASK_OPTIONS(&self.ask),
                              {"dry-run", 'n', EZ_ARG_FLAG, &self.dry_run},
                              {"all", 0, EZ_ARG_FLAG, &self.all},
                              {"reason", 0, EZ_ARG_TEXT, &self.reason},
                              {"for", 0, EZ_ARG_DURATION, &self.length},
                              {NULL}};
    int status;
    json_t *request = read_request(&self, command, options, argc, argv, &status);

    if (request == NULL) {
        return status;
    }
    if (self.all && (self.reason != NULL || self.length >= 0)) {
        json_decref(request);
        return ez_usage_error(command, "--reason and --for are for one task");
    }
    ez_ask_set(request, "reason", self.reason);
    if (self.length >= 0) {
        g_autofree char *until = ez_text_utc_time(ez_when_now() + self.length);

        ez_ask_set(request, "until", until);
    }
    return send(&self, request, "is paused", "would be paused");
}

static int
run_resume(const ez_command *command, int argc, char **argv)
{
    return change_it(command, argc, argv, true, "goes on", "would go on");
}

const ez_command ez_command_run = {"run", run_help, run_run, NULL};
const ez_command ez_command_pause = {"pause", pause_help, run_pause, NULL};
const ez_command ez_command_resume = {"resume", resume_help, run_resume, NULL};
const ez_command ez_command_remove = {"remove", remove_help, run_remove, NULL};
