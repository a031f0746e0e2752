/* SPDX-License-Identifier: MIT */
/* bench [NAME...] [--json] [--rounds N] [--no-peers] [--smoke] [--list]: measures the rows whose names begin with
 * one of NAME, or all. */
#include "report.h"
#include "subjects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

/* No row takes longer unless it hangs. */
#define SECONDS_PER_ROW 240u

static gboolean as_json, smoke, list, no_peers;
static gint rounds = 5;

static bool
is_selected(const bench_row *row, char **names)
{
    for (char **name = names; *name != NULL; name++) {
        if (g_str_has_prefix(row->name, *name)) {
            return true;
        }
    }
    return *names == NULL;
}

static void
measure_here(const bench_row *row)
{
    bench_row here = *row;
    bench_result result;

    (void)alarm(SECONDS_PER_ROW);
    if (smoke) {
        here.load.n = row->n_smoke;
        here.load.resident /= 64;
    }
    if (no_peers) {
        here.peer = NULL;
    }
    bench_measure(&here, smoke ? 1 : (uint32_t)rounds, &result);
    (as_json ? report_json : report_row)(&result);
    (void)fflush(stdout);
}

/* Measures in a process of its own; false if that did not end well. */
static bool
measure(const bench_row *row)
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        measure_here(row);
        exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        bench_die("%s: no process for it", row->name);
    }
    if (WIFSIGNALED(status)) {
        (void)fprintf(stderr, "%s: ended by signal %d (%s)\n", row->name, WTERMSIG(status),
                      strsignal(WTERMSIG(status)));
    } else if (status != 0) {
        (void)fprintf(stderr, "%s: failed, see above\n", row->name);
    }
    return status == 0;
}

static bool
visit(const bench_row *row)
{
    if (list) {
        (void)printf("%s\n", row->name);
        return true;
    }
    return measure(row);
}

/* Calls visitor for each row that is selected; how many times it said no. */
static size_t
visit_all(char **names, bool (*visitor)(const bench_row *row))
{
    static const bench_table *const subjects[] = {
        &threadpool_rows, &asyncio_rows, &processpool_rows, &command_rows, &trigger_rows,
        &scheduler_rows,  &list_rows,    &isolation_rows,   &durable_rows};
    size_t refused = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
        for (size_t k = 0; k < subjects[i]->n; k++) {
            const bench_row *row = &subjects[i]->rows[k];

            refused += is_selected(row, names) && !visitor(row);
        }
    }
    return refused;
}

static bool
refuse(const bench_row *row)
{
    (void)row;
    return false;
}

static void
check_names(char **names)
{
    for (; *names != NULL; names++) {
        char *one[] = {*names, NULL};

        if (visit_all(one, refuse) == 0) {
            bench_die("bench: there is no row whose name begins with '%s'; see --list", *names);
        }
    }
}

static char **
read_arguments(int argc, char **argv)
{
    static char **names;
    static const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "One JSON object a line", NULL},
        {"rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "Rounds of each side (5)", "N"},
        {"no-peers", 0, 0, G_OPTION_ARG_NONE, &no_peers, "Measure ours only", NULL},
        {"smoke", 0, 0, G_OPTION_ARG_NONE, &smoke, "Only try out whether every row works", NULL},
        {"list", 0, 0, G_OPTION_ARG_NONE, &list, "Print the names of the rows", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &names, NULL, "[NAME...]"},
        {NULL},
    };
    static char *none[] = {NULL};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_set_summary(context,
                                 "Compares executors with their peers.  NAME selects all rows "
                                 "whose names begin with it.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        bench_die("bench: %s", error->message);
    }
    if (rounds < 1 || rounds > 1000) {
        bench_die("bench: --rounds %d is not from 1 to 1000", rounds);
    }
    return names == NULL ? none : names;
}

int
main(int argc, char **argv)
{
    char **names = read_arguments(argc, argv);

    check_names(names);
    if (!as_json && !list) {
        report_head(smoke ? 1 : (uint32_t)rounds);
        (void)fflush(stdout); /* or each child prints it again */
    }
    return visit_all(names, visit) == 0 ? 0 : 1;
}
