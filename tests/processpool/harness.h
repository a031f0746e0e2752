/* SPDX-License-Identifier: MIT */
/* A scheduler with a real plugin as its default executor, the process pool unless said otherwise; the
 * test's thread is its loop. */
#ifndef TESTS_PROCESSPOOL_HARNESS_H
#define TESTS_PROCESSPOOL_HARNESS_H

#include <execz/execz.h>

#include <stdbool.h>
#include <sys/types.h>

/* How a run ended; its texts are the harness's. */
typedef struct ended {
    uint32_t outcome; /* 0: it has not */
    uint64_t code;    /* of the event */
    execz_run run;
    execz_time started, finished;
    int32_t exit_status, signal;
    char *message; /* "" if none, as the next two */
    char *value;
    size_t value_length;
    char *output;
    execz_duration cpu_user, cpu_system;
    uint64_t max_rss;
    unsigned times; /* terminal events of this task so far */
} ended;

/* Starts a scheduler whose executor has these options: "name", "value", ..., NULL. */
void open_pool(const char *option, ...);
/* As above, without starting; then start_pool(). */
void make_pool(const char *option, ...);
void start_pool(void);
/* The same with another plugin: its alias, or its path. */
void open_executor(const char *type, const char *option, ...);
void make_executor(const char *type, const char *option, ...);
/* Shuts down without cancelling and waits. */
void close_pool(void);
execz_status shut_down(uint32_t flags, execz_duration timeout);
execz_scheduler *scheduler(void);

/* Adds a task that runs when it is told to. */
void add_function(const char *id, const char *function, const char *args);
void add_spec(const char *id, execz_task_spec *spec);
void add_command(const char *id, const char *shell);
void run_task(const char *id);

/* The last end of this task once it has ended n times in all. */
const ended *await_ends(const char *id, unsigned n);
/* Adds and runs a function once, and waits for its end. */
const ended *call(const char *function, const char *args);
unsigned ends_of(const char *id);
/* Dispatches until the task is blocked, or was. */
void await_blocked(const char *id);
unsigned starts_of(const char *id);
unsigned most_at_once_of(const char *id); /* that had started and not ended */
/* Dispatches until the task has started n times. */
void await_starts(const char *id, unsigned n);
/* Dispatches for so long. */
void pass_time(int ms);
/* Dispatches until condition(user) holds; fails after a minute. */
void await_that(bool (*condition)(void *user), void *user, const char *what);

/* How many runs the executor has taken and not finished. */
unsigned executor_backlog(void);

/* Whether it has told of threads or processes. */
bool has_workers(void *unused);

/* The number with this index in a JSON array of numbers. */
int number_in(const char *json, unsigned index);

/* All lines logged at warning or above, joined. */
const char *log_lines(void);

/* Processes: the zygote and its workers, children of this process and theirs. */
pid_t zygote_pid(void);
/* Waits until there is none: a shutdown gives a plugin's threads 5 s to end, and on a machine that is
 * very busy goes on without them. */
void await_no_zygote(void);
pid_t host_pid(void); /* of the plugin host of an isolated executor; 0: there is none */
bool has_no_host(void *unused);
unsigned worker_pids(pid_t *pids, unsigned max); /* how many; without the spare */
unsigned child_pids(pid_t *pids, unsigned max);  /* all children of the zygote */
pid_t await_spare(void);
unsigned count_entries(const char *directory);
/* Waits until there are no more than so many, as await_no_zygote() does. */
void await_entries(const char *directory, unsigned most);
bool is_alive(pid_t pid); /* and no zombie */

#define CHECK(condition, ...) check(condition, #condition, __FILE__, __LINE__)
void check(bool condition, const char *text, const char *file, int line);

#endif
