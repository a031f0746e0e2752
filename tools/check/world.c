/* SPDX-License-Identifier: MIT */
#include "world.h"

#include "function/body.h"

#include "process.h"
#include "verdict.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct job {
    void (*function)(void *argument);
    void *argument;
    atomic_bool *done; /* NULL: nobody waits */
    struct job *next;
} job;

ez_world ez_the_world;

static ez_mailbox mailbox;
static ez_lingerers lingerers;
static pthread_t loop_thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
/* Guarded by lock. */
static job *first, **last = &first;
static unsigned n_jobs; /* not yet done */

/* ---- what the host needs ---------------------------------------------------------------------- */

static execz_time
turned_now(const ez_clock *self)
{
    (void)self;
    return ez_clock_now(ez_clock_system()) + atomic_load(&ez_the_world.turned);
}

static int64_t
monotonic(const ez_clock *self)
{
    (void)self;
    return ez_world_now();
}

static bool
wants_started(void *user)
{
    (void)user;
    return false;
}

static execz_status
watch(void *loop, int fd, void (*function)(void *), void *argument)
{
    return ez_loop_watch(loop, fd, function, argument);
}

static void
unwatch(void *loop, int fd)
{
    ez_loop_unwatch(loop, fd);
}

static void
open_services(void)
{
    static const ez_clock clock = {turned_now, monotonic};
    const char *path[] = {ez_the_world.directory, NULL};

    ez_the_world.services = (ez_executor_services){
        .clock = &clock,
        .log = ez_log_stderr(EXECZ_LOG_WARNING),
        .runs = ez_runs_new(),
        .mailbox = &mailbox,
        .body = ez_body_run,
        .body_user = ez_modules_new(path),
        .wants_started = wants_started,
        .watch = watch,
        .unwatch = unwatch,
        .loop = &ez_the_world.loop,
        .call = ez_body_call_for,
        .function_path = ez_the_world.directory,
        .lingerers = &lingerers,
    };
}

/* The bodies lie beside this program. */
static void
find_directory(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *parent = NULL;

    EZ_NEEDED(program != NULL);
    parent = g_path_get_dirname(program);
    ez_the_world.directory = g_build_filename(parent, "check", NULL);
    ez_the_world.program = g_steal_pointer(&program);
}

static void
open_ledger(void)
{
    int fd = memfd_create("execz-check", MFD_CLOEXEC);

    EZ_NEEDED(fd >= 0 && ftruncate(fd, sizeof(ez_ledger)) == 0);
    (void)snprintf(ez_the_world.ledger_path, sizeof ez_the_world.ledger_path, "/proc/%d/fd/%d",
                   (int)getpid(), fd);
    ez_the_world.ledger = ez_ledger_map(ez_the_world.ledger_path);
    EZ_NEEDED(ez_the_world.ledger != NULL);
}

/* ---- the loop --------------------------------------------------------------------------------- */

static void
take_messages(void)
{
    ez_message *at;

    while ((at = ez_mailbox_take(&mailbox)) != NULL) {
        while (at != NULL) {
            ez_host_message *head = (ez_host_message *)at;

            at = at->next;
            if (head->kind == EZ_HOST_FINISHED) {
                ez_the_world.ended((ez_run *)head);
            } else {
                ez_posted *posted = (ez_posted *)head;

                posted->function(posted->argument); /* starts are not wanted, so it is no other */
                g_free(posted);
            }
        }
    }
}

static job *
take_job(void)
{
    job *taken;

    pthread_mutex_lock(&lock);
    taken = first;
    if (taken != NULL) {
        first = taken->next;
        last = first == NULL ? &first : last;
    }
    pthread_mutex_unlock(&lock);
    return taken;
}

static void
do_jobs(void)
{
    job *one;

    while ((one = take_job()) != NULL) {
        ez_world_acquire();
        one->function(one->argument);
        ez_world_release();
        pthread_mutex_lock(&lock);
        n_jobs--;
        if (one->done != NULL) {
            atomic_store(one->done, true);
        }
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&lock);
        g_free(one);
        take_messages();
    }
}

static void *
run_loop(void *nothing)
{
    (void)nothing;
    for (;;) {
        take_messages();
        do_jobs();
        (void)ez_loop_look(&ez_the_world.loop);
        ez_lingerers_wait(&lingerers, &mailbox, ez_runs_count(ez_the_world.services.runs));
        ez_mailbox_sleep(&mailbox);
        ez_loop_wait(&ez_the_world.loop);
    }
    return NULL;
}

void
ez_world_open(execz_duration patience)
{
    execz_error err = EXECZ_ERROR_INIT;
    pthread_condattr_t attributes;

    ez_the_world.gives_up_at = ez_world_now() + patience;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&changed, &attributes);
    pthread_condattr_destroy(&attributes);
    find_directory();
    open_ledger();
    EZ_NEEDED(ez_mailbox_init(&mailbox));
    EZ_NEEDED(ez_loop_init(&ez_the_world.loop, mailbox.bell, &err) == EXECZ_OK);
    open_services();
    EZ_NEEDED(pthread_create(&loop_thread, NULL, run_loop, NULL) == 0);
    pthread_setname_np(loop_thread, "loop");
}

static void
add_job(void (*function)(void *), void *argument, atomic_bool *done)
{
    job *one = g_new0(job, 1);

    *one = (job){function, argument, done, NULL};
    ez_world_release();
    pthread_mutex_lock(&lock);
    *last = one;
    last = &one->next;
    n_jobs++;
    pthread_mutex_unlock(&lock);
    ez_mailbox_ring(&mailbox);
}

void
ez_world_post(void (*function)(void *), void *argument)
{
    add_job(function, argument, NULL);
}

static bool
is_done(void *done)
{
    return atomic_load((atomic_bool *)done);
}

void
ez_world_call(void (*function)(void *), void *argument)
{
    static atomic_bool done; /* static: the loop may still write to it when we have given up */

    atomic_store(&done, false);
    add_job(function, argument, &done);
    while (!ez_world_wait(is_done, &done)) {
        pause(); /* who has started this check ends it, and says in which function it was */
    }
}

bool
ez_world_is_idle(void)
{
    bool idle;

    pthread_mutex_lock(&lock);
    idle = n_jobs == 0;
    pthread_mutex_unlock(&lock);
    return idle;
}

/* ---- a plugin under the thread sanitizer ------------------------------------------------------ */

extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

/* What a worker has allocated for the host, and the loop frees, is handed over by the host, whose steps
 * the sanitizer does not see.  [any-thread; called by the sanitizer] */
__attribute__((visibility("default"))) const char *__tsan_default_suppressions(void);

const char *
__tsan_default_suppressions(void)
{
    return "race:^ez_outcome_clear$\n";
}

void
ez_world_release(void)
{
    if (__tsan_release != NULL) {
        __tsan_release(&ez_the_world);
    }
}

void
ez_world_acquire(void)
{
    if (__tsan_acquire != NULL) {
        __tsan_acquire(&ez_the_world);
    }
}

unsigned
ez_world_times(unsigned n)
{
    return ez_process_is_sanitized() ? MAX(n / 4, 2) : n;
}

/* ---- waiting ---------------------------------------------------------------------------------- */

int64_t
ez_world_now(void)
{
    return ez_clock_monotonic(ez_clock_system());
}

void
ez_world_nap(void)
{
    (void)poll(NULL, 0, 1);
}

bool
ez_world_wait_for(bool (*is)(void *argument), void *argument, execz_duration at_most)
{
    int64_t begun = ez_world_now();
    bool found;

    while (!(found = is(argument))) {
        int64_t now = ez_world_now();
        /* Bodies change what is waited for unheard. */
        int64_t nap = CLAMP((now - begun) / 16, EXECZ_MILLISECOND, 20 * EXECZ_MILLISECOND);
        int64_t next = now + nap;
        struct timespec until = {next / EXECZ_SECOND, next % EXECZ_SECOND};

        if (now - begun >= at_most || now >= ez_the_world.gives_up_at) {
            break;
        }
        pthread_mutex_lock(&lock);
        (void)pthread_cond_timedwait(&changed, &lock, &until);
        pthread_mutex_unlock(&lock);
    }
    ez_world_acquire();
    return found;
}

bool
ez_world_wait(bool (*is)(void *argument), void *argument)
{
    return ez_world_wait_for(is, argument, EXECZ_HOUR);
}

void
ez_world_changed(void)
{
    pthread_mutex_lock(&lock);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

bool
ez_world_is_loop(void)
{
    return pthread_equal(pthread_self(), loop_thread) != 0;
}
