/* SPDX-License-Identifier: MIT */
/* A host as a stranger would write one from <execz/plugin.h> alone: it keeps what an executor does
 * to its runs, and lets a check hold bodies back.
 *
 * A body is run by execute() or work(), or wherever the executor takes the task's function to: that
 * one, in bodies.c, does the same, for which the host lies in memory that any process can map. */
#ifndef TESTS_CONFORMANCE_HOST_H
#define TESTS_CONFORMANCE_HOST_H

#include <execz/plugin.h>

#include <pthread.h>
#include <stdbool.h>

enum { RUNS_MAX = 4000, THREADS_MAX = 8000 };

typedef struct run {
    execz_run token;
    execz_task task;
    execz_time times[3];
    uint32_t n;
    bool blocks;   /* its body waits until it is released or interrupted */
    char args[80]; /* of the body in bodies.c: by which it finds this */

    /* Guarded by the host's lock. */
    bool open;
    bool released;
    bool interrupted;
    execz_status answer; /* of send_task() */
    unsigned finished;   /* how often */
    unsigned executed;   /* run times */
    unsigned order;      /* which body began first, from 1 */
} run;

typedef struct host {
    execz_host abi; /* first */
    const execz_component *component;
    const execz_executor_ops *ops;
    execz_executor *executor; /* NULL: not started */
    int64_t max_workers;      /* values of options; -1: the plugin's default */
    int64_t queue_limit;
    const char *option, *value; /* of one more; NULL: none */
    const char *function_path;  /* where modules are found; NULL: this host has no such extension */
    const char *plugin_path;
    bool no_threads; /* thread() fails */
    char path[32];   /* this memory as a file, for bodies in other processes */

    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* Guarded by lock. */
    run runs[RUNS_MAX];
    uint32_t n_runs;
    pthread_t threads[THREADS_MAX];
    uint32_t n_threads;
    unsigned bodies, bodies_max; /* at the same time */
    unsigned began;              /* bodies, in all */
    unsigned finished;           /* runs, in all */
    unsigned misused;            /* calls that break the contract */
    long allocated;              /* blocks not yet freed */
} host;

/* Ends the program if condition does not hold. */
#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
void check(bool condition, const char *text, const char *file, int line);

/* Loads the plugin at path; it has one component, an executor. */
host *host_new(const char *path);

/* Whether the executor declares this option. */
bool host_has_option(const host *self, const char *name);

/* Starts the executor with the options above; everything that happened before is forgotten. */
void host_start(host *self);
/* Whether it could be started. */
bool host_try_start(host *self);

/* Joins the threads and destroys the executor, which was shut down; checks that nothing is left. */
void host_stop(host *self);

/* Makes a run of n run times. */
run *host_open(host *self, const char *task_id, uint32_t n, bool blocks);

/* Sends it.  [the loop of this host] */
execz_status host_send(host *self, run *one);

/* Opens and sends a run of one run time, which is accepted. */
run *host_submit(host *self, const char *task_id, bool blocks);

execz_status host_shutdown(host *self, uint32_t flags, int64_t wait_ms);

/* Lets the body of one, or with NULL of all, end. */
void host_release(host *self, run *one);

/* Lets one body end that runs. */
void host_release_one(host *self);

/* Waits until a figure above is at least this large; gives up the program after a minute. */
void host_wait_for(host *self, const unsigned *figure, unsigned at_least);

/* A figure now. */
unsigned host_read(host *self, const unsigned *figure);

/* How many workers the executor has, as it says; it may not say. */
unsigned host_count_workers(host *self, unsigned otherwise);

#endif
