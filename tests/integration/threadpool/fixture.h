/* SPDX-License-Identifier: MIT */
/* The threadpool plugin, started by the real host. */
#ifndef TESTS_INTEGRATION_THREADPOOL_H
#define TESTS_INTEGRATION_THREADPOOL_H

#include "support/patience.h"
#include "unit/executor/fixture.h"

extern fixture *around;
extern ez_executor *pool;

/* What bodies do and see.  A task whose id begins with "q" is quick, one with "x" ends its thread; all
 * others run until they are released or interrupted. */
extern atomic_uint n_begun, n_running, most_running;
extern atomic_bool released;
extern GString *order;   /* what began, as "id id "; and "init" for the initializer */
extern char comm[16];    /* the name of the thread that began last */
extern unsigned n_calls; /* of the initializer mine:prepare */
extern unsigned n_fail;  /* of them that fail, from the first on */
extern unsigned n_exit;  /* of them that end their thread, from the first on */

void nap(int ms);

#define WAIT_UNTIL(condition)                                                                      \
    for (int64_t end_ = patience_ends(); !(condition);) {                                          \
        cr_assert(not(patience_is_over(end_)), "never: %s", #condition);                           \
        nap(1);                                                                                    \
    }

/* For test suites: without a pool. */
void set_up(void);
void tear_down(void);

/* Starts it; options as "key=value", ended by NULL; NULL: none. */
void start_pool(const char *const *options);
#define START(...) start_pool((const char *const[]){__VA_ARGS__, NULL})

/* Lets it end, and its threads with it. */
void stop_pool(void);

/* Threads that the plugin has now. */
unsigned count_new_threads(void);

/* Sends a run of a task of this id; it begins at the latest with the next flush. */
execz_status try_to_send(const char *id, int32_t priority, ez_run **run_out);
ez_run *send(const char *id);

/* Sends n, and flushes. */
void send_many(const char *id, int n);

/* Waits for the end of the next n runs; how many of them ended so. */
unsigned finish(unsigned n, uint32_t outcome);

#endif
