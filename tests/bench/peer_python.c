/* SPDX-License-Identifier: MIT */
/* Python's executors: python_peers.py in a process of its own, asked for one round at a time; its
 * start is not measured. */
#include "peers.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <glib.h>

typedef struct python {
    GPid pid;
    FILE *to; /* owned, as the next */
    FILE *from;
} python;

static python *
start(const char *name, const bench_load *load, char *why)
{
    g_autofree char *n = g_strdup_printf("%" G_GUINT64_FORMAT, load->n);
    g_autofree char *gap = g_strdup_printf("%.9f", (double)load->gap / 1e9);
    char *argv[] = {(char *)"python3", (char *)BENCH_PYTHON_PEERS, (char *)name, n, gap, NULL};
    int to, from;
    GPid pid;
    python *self;

    if (!g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                                  NULL, NULL, &pid, &to, &from, NULL, NULL)) {
        (void)snprintf(why, BENCH_WHY, "python3 is not installed");
        return NULL;
    }
    self = g_new0(python, 1);
    self->pid = pid;
    self->to = fdopen(to, "we");
    self->from = fdopen(from, "re");
    return self;
}

static double
measure(void *state, const bench_load *load)
{
    python *self = state;
    char line[64];

    (void)load;
    (void)fputs("round\n", self->to);
    (void)fflush(self->to);
    if (fgets(line, sizeof line, self->from) == NULL) {
        bench_die("python_peers.py has failed");
    }
    return strtod(line, NULL);
}

static void
tear_down(void *state)
{
    python *self = state;

    (void)fclose(self->to); /* which ends it */
    (void)waitpid(self->pid, NULL, 0);
    (void)fclose(self->from);
    g_free(self);
}

#define PYTHON_PEER(variable, shown, name)                                                         \
    static void *set_up_##variable(const bench_load *load, char *why)                              \
    {                                                                                              \
        return start(name, load, why);                                                             \
    }                                                                                              \
    const bench_side variable = {shown, set_up_##variable, measure, tear_down}

PYTHON_PEER(peer_python_coroutines, "Python asyncio", "coroutines");
PYTHON_PEER(peer_python_coroutine, "Python asyncio", "coroutine");
PYTHON_PEER(peer_python_yield, "Python asyncio", "yield");
PYTHON_PEER(peer_python_post, "Python asyncio", "post");
PYTHON_PEER(peer_python_sleepers, "Python asyncio", "sleepers");
PYTHON_PEER(peer_python_sleepers_bytes, "Python asyncio", "sleepers-bytes");
PYTHON_PEER(peer_python_process_tasks, "ProcessPoolExecutor", "process-tasks");
PYTHON_PEER(peer_python_process_round_trip, "ProcessPoolExecutor", "process-round-trip");
PYTHON_PEER(peer_python_process_kill, "ProcessPoolExecutor", "process-kill");
