/* SPDX-License-Identifier: MIT */
#include "ask.h"
#include "text.h"
#include "when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const char help[] =
    "usage: execz inspect TASK [--runs N] [--socket PATH] [--json]\n"
    "\n"
    "Everything about one task of the running scheduler: what it runs, where, by which policy,\n"
    "its next run times, and why it does not run.\n"
    "\n"
    "  --runs N         how many of its next run times; without this 3\n"
    EZ_ASK_HELP
    "\n"
    "exit status: 0 ok, 2 usage, 4 no scheduler runs, 5 no such task, 6 permission\n"
    "\n"
    "example: execz inspect backup --runs 10\n";
/* clang-format on */

static void
show_line(const char *label, const char *text)
{
    g_autoptr(GString) line = g_string_new(NULL);

    if (text != NULL) {
        ez_text_append_safe(line, text, strlen(text), "                     ");
        printf("  %-18s %s\n", label, line->str);
    }
}

/* A value of any type, as it is. */
static char *
value_text(const json_t *value)
{
    char *text;
    char *copy;

    if (json_is_string(value)) {
        return g_strdup(json_string_value(value));
    }
    text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    copy = g_strdup(text);
    free(text);
    return copy;
}

/* The words of an array, with blanks between them. */
static char *
joined(const json_t *list)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (size_t i = 0; i < json_array_size(list); i++) {
        g_autofree char *word = value_text(json_array_get(list, i));
        bool plain = word[0] != '\0' && strpbrk(word, " \t\n'\"\\$") == NULL;
        g_autofree char *quoted = plain ? g_strdup(word) : g_shell_quote(word);

        g_string_append_printf(text, "%s%s", i == 0 ? "" : " ", quoted);
    }
    return g_strdup(text->str);
}

static void
show_times(const json_t *task, execz_time now)
{
    const json_t *runs = json_object_get(task, "next_runs");
    execz_time last = ez_when_of(task, "last_end");

    for (size_t i = 0; i < json_array_size(runs); i++) {
        execz_time time;

        if (ez_text_parse_utc_time(json_string_value(json_array_get(runs, i)), &time)) {
            g_autofree char *text = ez_when_next(time, now);

            show_line(i == 0 ? "next" : "", text);
        }
    }
    if (json_array_size(runs) == 0) {
        show_line("next", "never");
    }
    if (last != EXECZ_TIME_NEVER) {
        g_autofree char *ago = ez_when_ago(last, now);
        g_autofree char *text = g_strdup_printf("%s, %s", ez_ask_text(task, "last_outcome"), ago);

        show_line("last", text);
    }
}

static void
show_why_not(const json_t *task)
{
    execz_time until = ez_when_of(task, "paused_until");

    show_line("blocked", ez_ask_text(task, "blocked"));
    if (ez_ask_has(task, "states", "paused")) {
        const char *reason = ez_ask_text(task, "paused_reason");
        g_autofree char *clock = until == EXECZ_TIME_NEVER ? NULL : ez_when_clock(until);
        g_autofree char *text =
            g_strdup_printf("%s%s%s", reason == NULL ? "no reason is given" : reason,
                            clock == NULL ? "" : ", until ", clock == NULL ? "" : clock);

        show_line("paused", text);
    }
}

static void
show_health(const json_t *health)
{
    json_int_t runs = ez_ask_count(health, "runs");
    const json_t *median = json_object_get(health, "took_median");
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_printf(text, "runs: %" JSON_INTEGER_FORMAT ", not ok: %" JSON_INTEGER_FORMAT, runs,
                    ez_ask_count(health, "not_ok"));
    if (median != NULL) {
        double slow = json_number_value(json_object_get(health, "took_95"));
        g_autofree char *half = ez_text_duration((execz_duration)(json_number_value(median) * 1e9));
        g_autofree char *most = ez_text_duration((execz_duration)(slow * 1e9));

        g_string_append_printf(text, "; half took up to %s, 95 %% up to %s", half, most);
    }
    show_line("health", runs == 0 ? "no run has ended yet" : text->str);
}

/* What it is made of, in the order of the answer; what was shown before is left out. */
static void
show_spec(const json_t *task)
{
    static const char *const shown[] = {"task",         "states",        "next_run",     "last_end",
                                        "last_outcome", "paused_reason", "paused_until", "blocked",
                                        "next_runs",    "unfinished",    "name"};
    const char *key;
    const json_t *value;

    json_object_foreach((json_t *)task, key, value)
    {
        g_autofree char *text = json_is_array(value) ? joined(value) : value_text(value);
        bool before = json_is_object(value) && strcmp(key, "health") == 0;

        for (size_t i = 0; i < G_N_ELEMENTS(shown); i++) {
            before |= strcmp(shown[i], key) == 0;
        }
        if (!before) {
            show_line(key, text);
        }
    }
}

static void
show(const json_t *task)
{
    g_autofree char *states = joined(json_object_get(task, "states"));
    const char *name = ez_ask_text(task, "name");
    g_autofree char *unfinished =
        g_strdup_printf("%" JSON_INTEGER_FORMAT, ez_ask_count(task, "unfinished"));

    printf("%s%s%s\n", ez_ask_text(task, "task"), name == NULL ? "" : ": ",
           name == NULL ? "" : name);
    show_line("state", states);
    show_why_not(task);
    show_times(task, ez_when_now());
    show_line("unfinished", unfinished);
    show_health(json_object_get(task, "health"));
    show_spec(task);
}

static int
run(const ez_command *self, int argc, char **argv)
{
    ez_ask ask = {NULL};
    const char *runs = NULL;
    const ez_arg options[] = {EZ_ASK_OPTIONS(&ask), {"runs", 'n', EZ_ARG_TEXT, &runs}, {NULL}};
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    guint64 n = 3;
    json_t *request, *result = NULL;
    const char *id;
    int status;

    if (!ez_args_read(self, options, argc, argv, arguments, &status)) {
        return status;
    }
    if (runs != NULL && !g_ascii_string_to_unsigned(runs, 10, 0, 1000, &n, NULL)) {
        return ez_usage_error(self, "--runs: '%s' is not a number from 0 to 1000", runs);
    }
    id = ez_ask_one(self, arguments, "TASK", &status);
    if (id == NULL) {
        return status;
    }
    request = ez_ask_for("inspect");
    ez_ask_set(request, "task", id);
    json_object_set_new(request, "runs", json_integer((json_int_t)n));
    status = ez_ask_send(&ask, request, &result);
    if (result != NULL) {
        show(result);
        json_decref(result);
    }
    return status;
}

const ez_command ez_command_inspect = {"inspect", help, run, NULL};
