/* SPDX-License-Identifier: MIT */
#include "problems.h"

#include "command.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

typedef struct listing {
    bool json;
    unsigned n;
} listing;

static char *
format_place(const execz_problem *problem)
{
    const char *file = problem->file == NULL ? "configuration" : problem->file;

    if (problem->line == 0) {
        return g_strdup(file);
    }
    return problem->column == 0 ? g_strdup_printf("%s:%u", file, problem->line)
                                : g_strdup_printf("%s:%u:%u", file, problem->line, problem->column);
}

/* The code stands at the end of the first line, where it is found when there are several. */
static void
show_text(const execz_problem *problem)
{
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree char *place = format_place(problem);
    size_t first = strcspn(problem->message, "\n");

    g_string_append_printf(line, "%s: ", place);
    ez_text_append_safe(line, problem->message, first, "");
    if (problem->code[0] != '\0') {
        g_string_append_printf(line, " [%s]", problem->code);
    }
    ez_text_append_safe(line, problem->message + first, strlen(problem->message + first), "");
    fprintf(stderr, "%s\n", line->str);
}

static void
set_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        g_autofree char *valid = g_utf8_make_valid(text, -1);

        json_object_set_new(object, key, json_string(valid));
    }
}

static void
show_json(const execz_problem *problem)
{
    json_t *object = json_object();

    set_text(object, "file", problem->file);
    if (problem->line > 0) {
        json_object_set_new(object, "line", json_integer(problem->line));
    }
    if (problem->column > 0) {
        json_object_set_new(object, "column", json_integer(problem->column));
    }
    set_text(object, "code", problem->code);
    set_text(object, "message", problem->message);
    json_dumpf(object, stdout, JSON_COMPACT);
    fputc('\n', stdout);
    json_decref(object);
}

static void
show(void *user, const execz_problem *problem)
{
    listing *self = user;

    self->n++;
    if (self->json) {
        show_json(problem);
    } else {
        show_text(problem);
    }
}

execz_scheduler *
ez_problems_load(const char *path, const execz_scheduler_options *options, bool json,
                 const char *consequence, int *exit_out)
{
    listing found = {json, 0};
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler = execz_scheduler_new_from_file(path, options, show, &found, &err);

    if (scheduler != NULL) {
        return scheduler;
    }
    *exit_out = EZ_EXIT_CONFIG;
    if (found.n == 0) { /* the file itself could not be read, or the system refuses */
        execz_problem whole = {
            .size = sizeof whole, .file = path, .code = err.code, .message = err.message};

        if (strstr(err.message, path) != NULL) {
            whole.file = "execz"; /* it names the file itself */
        }
        show(&found, &whole);
        *exit_out = err.status == EXECZ_E_IO || err.status == EXECZ_E_NOT_FOUND ||
                            err.status == EXECZ_E_CONFIG
                        ? EZ_EXIT_CONFIG
                        : EZ_EXIT_FAILED;
    }
    fflush(stdout);
    fprintf(stderr, "%u problem%s; %s\n", found.n, found.n == 1 ? "" : "s", consequence);
    return NULL;
}
