/* SPDX-License-Identifier: MIT */
/* The commands that change what tasks are: add, update, reload. */
#include "edit_file.h"

#include "ask.h"
#include "when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char add_help[] =
    "usage: execz add TASK KEY=VALUE... [--dry-run] [--to-config] [--socket PATH] [--json]\n"
    "\n"
    "Adds a task to the running scheduler.  Keys and values are those of a [task:TASK] in a\n"
    "configuration: when (every, cron, at or trigger) and what (shell, command or function) are\n"
    "needed, the rest is as execz help and docs/CONFIG.md say.\n"
    "\n"
    "  -n, --dry-run    only show what the task would be\n"
    "  --to-config      write it into a file of its own beside the configuration, CONFIG.d/TASK.conf,\n"
    "                   and reload; without this it is in the state only\n"
    EZ_ASK_HELP
    "\n"
    "exit status: 0 ok, 2 usage, 3 the task is wrong, 4 no scheduler runs, 6 permission,\n"
    "             7 there is such a task already\n"
    "\n"
    "example: execz add hello every=1m shell='echo hello'\n";

static const char update_help[] =
    "usage: execz update TASK KEY=VALUE... [--dry-run] [--to-config] [--socket PATH] [--json]\n"
    "\n"
    "Changes a task: what is not named stays.  Its runs go on, and so does its schedule, unless\n"
    "that is what is changed.\n"
    "\n"
    "  -n, --dry-run    only show what the task would be\n"
    "  --to-config      write it into CONFIG.d/TASK.conf, and reload\n"
    EZ_ASK_HELP
    "\n"
    "exit status: 0 ok, 2 usage, 3 the task would be wrong, 4 no scheduler runs,\n"
    "             5 no such task, 6 permission\n"
    "\n"
    "example: execz update hello every=5m timeout=30s\n";

static const char reload_help[] =
    "usage: execz reload [--dry-run] [--socket PATH] [--json]\n"
    "\n"
    "Reads the configuration again and applies what has changed: tasks that are new, different or\n"
    "gone.  All others, and all runs, go on untouched.  If anything in it is wrong, nothing is\n"
    "changed.  An executor that has changed is started anew, and the old one ends with its last\n"
    "run.  What takes effect at the next start only, as [scheduler] does, is named.\n"
    "\n"
    "  -n, --dry-run    only show what would change\n"
    EZ_ASK_HELP
    "\n"
    "exit status: 0 ok, 2 usage, 3 the configuration is wrong, 4 no scheduler runs,\n"
    "             6 permission, 7 the scheduler has no configuration\n"
    "\n"
    "example: execz reload --dry-run\n";
/* clang-format on */

typedef struct edit {
    ez_ask ask;
    bool dry_run;
    bool to_config;
} edit;

/* What is wrong with a KEY=VALUE word, to be said behind it; NULL: nothing. */
static const char *
find_fault(const char *word, const char *key, const json_t *set)
{
    if (!g_utf8_validate(word, -1, NULL)) {
        return "is not UTF-8, and cannot be kept as it is";
    }
    if (key == NULL || key[0] == '\0') {
        return "is not KEY=VALUE, like every=5m";
    }
    return json_object_get(set, key) != NULL ? "has a key that is there twice" : NULL;
}

/* KEY=VALUE words, from the second on; NULL with *exit_out if one is none. */
static json_t *
read_pairs(const ez_command *command, const GPtrArray *arguments, int *exit_out)
{
    json_t *set = json_object();

    for (guint i = 1; i < arguments->len; i++) {
        const char *word = arguments->pdata[i];
        const char *equals = strchr(word, '=');
        g_autofree char *key = equals == NULL ? NULL : g_strndup(word, (size_t)(equals - word));
        const char *fault = find_fault(word, key, set);

        if (fault != NULL) {
            *exit_out = ez_usage_error(command, "'%s' %s", word, fault);
            json_decref(set);
            return NULL;
        }
        ez_ask_set(set, key, equals + 1);
    }
    if (json_object_size(set) == 0) {
        *exit_out = ez_usage_error(command, "what about it? give KEY=VALUE, like every=5m");
        g_clear_pointer(&set, json_decref);
    }
    return set;
}

static void
show_spec(const json_t *task)
{
    char *text = json_dumps(task, JSON_INDENT(2) | JSON_REAL_PRECISION(9));

    printf("%s\n", text);
    free(text);
}

static void
show(const ez_command *command, const edit *self, const json_t *result)
{
    const json_t *task = json_object_get(result, "task");
    execz_time next = ez_when_of(task, "next_run");
    g_autofree char *then =
        next == EXECZ_TIME_NEVER ? g_strdup("never") : ez_when_next(next, ez_when_now());
    bool adds = strcmp(command->name, "add") == 0;

    if (self->dry_run) {
        printf("task '%s' would be %s as:\n", ez_ask_text(task, "task"),
               adds ? "added" : "changed");
        show_spec(task);
        return;
    }
    printf("task '%s' is %s; next: %s\n", ez_ask_text(task, "task"), adds ? "added" : "changed",
           then);
    if (adds) {
        printf("  how it goes: execz history %s; what it prints: execz logs %s; once more now: "
               "execz run %s\n",
               ez_ask_text(task, "task"), ez_ask_text(task, "task"), ez_ask_text(task, "task"));
    }
}

static int
send(const ez_command *command, const edit *self, const char *id, json_t *set)
{
    json_t *request = ez_ask_for(command->name);
    json_t *result = NULL;
    int status;

    ez_ask_set(request, "task", id);
    json_object_set_new(request, "set", set);
    if (self->dry_run || self->to_config) {
        json_object_set_new(request, "dry_run", json_true());
    }
    if (self->to_config && !self->dry_run) { /* what the scheduler refuses is not written */
        const ez_ask plain = {self->ask.socket, false};

        json_incref(set);
        status = ez_ask_send(&plain, request, &result);
        if (status == EZ_EXIT_OK) {
            status = ez_edit_file(self->ask.socket, id, set);
        }
        json_decref(set);
    } else {
        status = ez_ask_send(&self->ask, request, &result);
        if (result != NULL) {
            show(command, self, result);
        }
    }
    json_decref(result);
    return status;
}

static int
run_edit(const ez_command *command, int argc, char **argv)
{
    edit self = {{NULL}};
    const ez_arg options[] = {EZ_ASK_OPTIONS(&self.ask),
                              {"dry-run", 'n', EZ_ARG_FLAG, &self.dry_run},
                              {"to-config", 0, EZ_ARG_FLAG, &self.to_config},
                              {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    json_t *set;
    int status;

    if (!ez_args_read(command, options, argc, argv, arguments, &status)) {
        return status;
    }
    if (arguments->len == 0) {
        return ez_usage_error(command, "which TASK?");
    }
    set = read_pairs(command, arguments, &status);
    return set == NULL ? status : send(command, &self, arguments->pdata[0], set);
}

/* ---- reload --------------------------------------------------------------------------------- */

static void
show_names(const json_t *result, const char *key, const char *sign)
{
    const json_t *list = json_object_get(result, key);

    for (size_t i = 0; i < json_array_size(list); i++) {
        printf("%s %s\n", sign, json_string_value(json_array_get(list, i)));
    }
}

static int
run_reload(const ez_command *command, int argc, char **argv)
{
    edit self = {{NULL}};
    const ez_arg options[] = {
        EZ_ASK_OPTIONS(&self.ask), {"dry-run", 'n', EZ_ARG_FLAG, &self.dry_run}, {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    json_t *request, *result = NULL;
    int status;

    if (!ez_args_read(command, options, argc, argv, arguments, &status) ||
        !ez_ask_none(command, arguments, &status)) {
        return status;
    }
    request = ez_ask_for("reload");
    json_object_set_new(request, "dry_run", json_boolean(self.dry_run));
    status = ez_ask_send(&self.ask, request, &result);
    if (result != NULL) {
        show_names(result, "added", "+");
        show_names(result, "changed", "~");
        show_names(result, "removed", "-");
        show_names(result, "executors", "executor");
        show_names(result, "needs_restart", "takes effect at the next start:");
        printf("as before: %" JSON_INTEGER_FORMAT "%s\n", ez_ask_count(result, "unchanged"),
               self.dry_run ? "; nothing was changed" : "");
        json_decref(result);
    }
    return status;
}

const ez_command ez_command_add = {"add", add_help, run_edit, NULL};
const ez_command ez_command_update = {"update", update_help, run_edit, NULL};
const ez_command ez_command_reload = {"reload", reload_help, run_reload, NULL};
