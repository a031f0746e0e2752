/* SPDX-License-Identifier: MIT */
/* The asyncio plugin, started by the real host; a test says what a coroutine's body does. */
#ifndef TESTS_INTEGRATION_ASYNCIO_H
#define TESTS_INTEGRATION_ASYNCIO_H

#include "support/patience.h"
#include "unit/executor/fixture.h"

#include "function/waiter.h"

#define MS EXECZ_MILLISECOND

/* What a body does; the result becomes the text of the run's outcome if it is not 0. */
typedef int32_t (*script)(const execz_waiter *waiter, const ez_body *body);

extern fixture *around;
extern ez_executor *asyncio;
extern script body; /* of every coroutine and function that is sent */

/* Whether the host lends its loop to executors that are started from now on. */
extern bool lends_loop;

/* Starts the plugin; options as "key=value", ended by NULL; NULL: none. */
void start_asyncio(const char *const *options);

/* Shuts it down, waits for the last run, and stops it; threads and descriptors are as before. */
void stop_asyncio(uint32_t flags);

/* Threads that the plugin has now. */
unsigned count_new_threads(void);

/* Turns the loop until there are no more than n. */
void await_threads(unsigned n);

/* For test suites: started with its defaults, on the scheduler's loop or on its own. */
void set_up_on_scheduler(void);
void set_up_on_own(void);
void tear_down(void);

/* Sends a run of a task of this kind; n run times.  The task may be changed in between. */
ez_run *open_run(uint32_t kind, const char *id, uint32_t n);
execz_status send_run(ez_run *run);
ez_run *submit(uint32_t kind, const char *id);

/* A command that /bin/sh runs. */
ez_run *submit_shell(const char *line, execz_duration kill_grace);
ez_run *open_shell(const char *line, execz_duration kill_grace); /* not sent */

/* Does what the host's loop would do until one more run is finished, and returns its outcome: valid
 * until the next call. */
const ez_outcome *finish_one(void);

/* Does it until figure is as large; gives up the test after a minute. */
void turn_until(const atomic_uint *figure, unsigned at_least);

/* Does it for a millisecond. */
void turn_a_little(void);

/* One test for both places of the loop. */
#define ON_EITHER_LOOP(name)                                                                       \
    static void either_##name(void);                                                               \
    Test(own_loop, name, .init = set_up_on_own, .fini = tear_down)                                 \
    {                                                                                              \
        either_##name();                                                                           \
    }                                                                                              \
    Test(schedulers_loop, name, .init = set_up_on_scheduler, .fini = tear_down)                    \
    {                                                                                              \
        either_##name();                                                                           \
    }                                                                                              \
    static void either_##name(void)

#endif
