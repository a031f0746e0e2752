/* SPDX-License-Identifier: MIT */
/* idle TASKS SECONDS: a scheduler whose tasks are all due tomorrow does not wake up, and uses no
 * processor.  Prints what it saw; fails if that was anything. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <execz/execz.h>

static atomic_int loop_id;

static void
die(const char *message)
{
    (void)fprintf(stderr, "idle: %s\n", message);
    exit(1);
}

static void *
loop(void *scheduler)
{
    atomic_store(&loop_id, (int)syscall(SYS_gettid));
    (void)execz_scheduler_run(scheduler, NULL);
    return NULL;
}

/* How often the loop's thread has slept so far. */
static long
count_sleeps(void)
{
    static const char key[] = "voluntary_ctxt_switches:";
    char path[64], line[256];
    long n = -1;
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/self/task/%d/status", atomic_load(&loop_id));
    file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, sizeof key - 1) == 0) {
            n = atol(line + sizeof key - 1);
        }
    }
    if (file == NULL || n < 0) {
        die("cannot read how often a thread has slept");
    }
    (void)fclose(file);
    return n;
}

static long long
count_time(pthread_t thread)
{
    struct timespec used;
    clockid_t clock;

    if (pthread_getcpuclockid(thread, &clock) != 0 || clock_gettime(clock, &used) != 0) {
        die("cannot read the time that a thread has used");
    }
    return used.tv_sec * 1000000000LL + used.tv_nsec;
}

static void
add_tasks(execz_scheduler *scheduler, long n)
{
    execz_error err = EXECZ_ERROR_INIT;
    char id[32];

    for (long i = 0; i < n; i++) {
        execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

        (void)snprintf(id, sizeof id, "task-%07ld", i);
        spec.id = id;
        spec.trigger = "interval(days=1)";
        spec.shell = "true";
        if (execz_scheduler_add_task(scheduler, &spec, &err) != EXECZ_OK) {
            die(err.message);
        }
    }
}

/* Until the loop has looked at everything that was added: it sleeps for a while on end. */
static void
wait_until_quiet(void)
{
    long before;

    do {
        before = count_sleeps();
        (void)poll(NULL, 0, 300);
    } while (count_sleeps() != before);
}

int
main(int argc, char **argv)
{
    static const char *const plugin_path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    long tasks = argc == 3 ? atol(argv[1]) : 0, seconds = argc == 3 ? atol(argv[2]) : 0;
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler;
    long long used;
    long sleeps;
    pthread_t thread;

    if (tasks < 1 || seconds < 1) {
        die("usage: idle TASKS SECONDS");
    }
    options.plugin_path = plugin_path;
    scheduler = execz_scheduler_new(&options, &err);
    if (scheduler == NULL || execz_scheduler_add_executor(scheduler, "default", "threadpool", NULL,
                                                          0, &err) != EXECZ_OK) {
        die(err.message);
    }
    add_tasks(scheduler, tasks);
    if (execz_scheduler_start(scheduler, &err) != EXECZ_OK ||
        pthread_create(&thread, NULL, loop, scheduler) != 0) {
        die("cannot start");
    }
    while (atomic_load(&loop_id) == 0) {
        (void)poll(NULL, 0, 1);
    }
    wait_until_quiet();
    sleeps = count_sleeps();
    used = count_time(thread);
    (void)poll(NULL, 0, (int)seconds * 1000);
    sleeps = count_sleeps() - sleeps;
    used = count_time(thread) - used;
    (void)printf("%ld tasks, %ld s: %ld wake-ups, %lld ns of processor time\n", tasks, seconds,
                 sleeps, used);
    (void)execz_scheduler_shutdown(scheduler, 0, -1, NULL);
    (void)pthread_join(thread, NULL);
    execz_scheduler_free(scheduler);
    return sleeps == 0 && used == 0 ? 0 : 1;
}
