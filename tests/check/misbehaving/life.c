/* SPDX-License-Identifier: MIT */
/* From start() to destroy(), and what the executor says of itself. */
#include "plugin.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- the end --------------------------------------------------------------------------------- */

static execz_status
wait_until_idle(execz_executor *self, int64_t deadline, execz_error *err)
{
    const execz_host *host = self->host;

    if (IS(wait_ignored) && deadline == EXECZ_NO_DEADLINE) {
        return EXECZ_OK;
    }
    while (host->unfinished(host) > 0) {
        if (host->now(host, EXECZ_CLOCK_MONOTONIC) >= deadline && !IS(deadline_ignored)) {
            return say(err, EXECZ_E_TIMEOUT, "there still are runs");
        }
        nap(1);
    }
    return EXECZ_OK;
}

static execz_status
stop(execz_executor *self, uint32_t flags, int64_t deadline, execz_error *err)
{
    MISBEHAVE_IN(shutdown);
    if (IS(shutdown_knows_all_flags) && flags > 3) {
        return say(err, EXECZ_E_INVAL, "what is this flag?");
    }
    pthread_mutex_lock(&self->lock);
    self->stopping = 1;
    if (IS(shutdown_once) && self->n_shutdowns++ > 0) {
        (void)raise(SIGSEGV);
    }
    if ((flags & EXECZ_SHUTDOWN_CANCEL || IS(shutdown_cancels_always)) &&
        !IS(shutdown_cancels_never)) {
        for (work_item *at = self->open; at != NULL; at = at->next) {
            (void)self->host->interrupt(self->host, at->run);
        }
    }
    pthread_mutex_unlock(&self->lock);
    return flags & EXECZ_SHUTDOWN_WAIT ? wait_until_idle(self, deadline, err) : EXECZ_OK;
}

static void *
come_late(void *host_of_the_past)
{
    const execz_host *host = host_of_the_past;

    nap(30);
    if (IS(late_finish)) {
        (void)host->finish(host, 1, NULL, 0);
    } else {
        host->log(host, EXECZ_LOG_INFO, "is anybody there?");
    }
    return NULL;
}

static void
do_nothing(void *argument)
{
    (void)argument;
}

static void
destroy(execz_executor *self)
{
    const execz_host *host = self->host;
    pthread_t thread;

    if (IS(late_log) || IS(late_finish)) {
        (void)pthread_create(&thread, NULL, come_late, (void *)host);
        (void)pthread_detach(thread);
    }
    if (IS(late_post)) {
        (void)host->post(host, do_nothing, NULL);
    }
    MISBEHAVE_IN(destroy);
    pthread_mutex_destroy(&self->lock);
    if (!IS(one_state)) {
        (void)host->realloc(host, self, 0);
    }
}

/* ---- the beginning --------------------------------------------------------------------------- */

static void
wait_for_stop(void *argument)
{
    execz_executor *self = argument;
    int stopping = 0;

    while (!stopping) {
        nap(5);
        pthread_mutex_lock(&self->lock);
        stopping = self->stopping;
        pthread_mutex_unlock(&self->lock);
    }
}

static void *
sleep_for_ever(void *nothing)
{
    for (;;) {
        nap(1000);
    }
    return nothing;
}

static void
on_child(int number)
{
    (void)number;
}

/* So that no compiler leaves out what is never used. */
static void
keep(void *memory)
{
    __asm__ volatile("" : : "r"(memory) : "memory");
}

static void
leave_traces(execz_executor *self)
{
    const execz_host *host = self->host;
    const execz_loop_ext *loop = host->extension(host, EXECZ_EXTENSION_LOOP);
    pthread_t thread;
    int fd;

    if (IS(leaked_thread) && pthread_create(&thread, NULL, sleep_for_ever, NULL) == 0) {
        (void)pthread_detach(thread);
    }
    if (IS(leaked_descriptor)) {
        (void)open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    if (IS(leaked_child) && fork() == 0) {
        (void)poll(NULL, 0, 60000); /* only the checker is to see it */
        _exit(0);
    }
    if (IS(leaked_memory)) {
        keep(malloc(4000)); /* more than what is kept and given back beside it */
    }
    if (IS(leaked_host_memory)) {
        (void)host->realloc(host, NULL, 200);
    }
    if (IS(left_watch) && loop != NULL) {
        fd = eventfd(0, EFD_CLOEXEC);
        (void)loop->watch(host, fd, do_nothing, NULL);
        close(fd);
    }
    if (IS(sigchld_handler)) {
        struct sigaction action = {.sa_handler = on_child};

        sigaction(SIGCHLD, &action, NULL);
    }
    if (IS(other_directory) && chdir("/") != 0) {
        abort();
    }
}

static execz_status
ask_for_options(const execz_host *host, execz_error *err)
{
    int64_t depth = 0;

    (void)host->option_i64(host, "depth", &depth);
    if (IS(greatest_crashes) && depth == 10) {
        (void)raise(SIGSEGV);
    }
    if (IS(undeclared_option)) {
        (void)host->option(host, "height");
    }
    if (IS(number_of_text)) {
        (void)host->option_i64(host, "title", &depth);
    }
    (void)err;
    return EXECZ_OK;
}

static execz_status
start_thread(execz_executor *self, execz_error *err)
{
    const execz_host *host = self->host;
    int fd = IS(start_fails_halfway) ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
    execz_status status = host->thread(host, "keeper", wait_for_stop, self);

    if (status != EXECZ_OK) {
        return IS(start_fails_silently) ? status : say(err, status, "no thread is free");
    }
    if (fd >= 0) {
        close(fd);
    }
    return EXECZ_OK;
}

static execz_status
start(const execz_host *host, const char *alias, execz_executor **executor_out, execz_error *err)
{
    static execz_executor only;
    static int n_starts;
    execz_executor *self;
    execz_status status;

    (void)alias;
    MISBEHAVE_IN(start);
    if (IS(start_sets_nothing)) {
        return EXECZ_OK;
    }
    if (IS(no_restart) && n_starts++ > 0) {
        return say(err, EXECZ_E_STATE, "once is enough");
    }
    self = IS(one_state) ? &only : host->realloc(host, NULL, sizeof *self);
    if (self == NULL) {
        return say(err, EXECZ_E_NOMEM, "out of memory");
    }
    *self = (execz_executor){.host = host};
    pthread_mutex_init(&self->lock, NULL);
    status = ask_for_options(host, err);
    status = status == EXECZ_OK ? start_thread(self, err) : status;
    if (status != EXECZ_OK) {
        destroy(self);
        return status;
    }
    leave_traces(self);
    *executor_out = self;
    return EXECZ_OK;
}

/* ---- what it says of itself ------------------------------------------------------------------- */

static execz_status
tell_stats(execz_executor *self, execz_stats *stats_out)
{
    execz_stats stats = {.size = stats_out->size};

    MISBEHAVE_IN(stats);
    pthread_mutex_lock(&self->lock);
    stats.workers = stats.busy = self->n_open;
    stats.accepted = self->accepted;
    stats.refused = IS(stats_lie) ? 0 : self->refused;
    stats.finished = self->accepted - self->host->unfinished(self->host);
    pthread_mutex_unlock(&self->lock);
    memcpy(stats_out, &stats,
           stats.size < sizeof stats && !IS(stats_too_large) ? stats.size : sizeof stats);
    return EXECZ_OK;
}

static uint32_t
tell_health(execz_executor *self, execz_error *why)
{
    (void)self;
    MISBEHAVE_IN(health);
    if (IS(unwell)) {
        (void)say(why, EXECZ_E_FAIL, "a headache");
        return EXECZ_HEALTH_DEGRADED;
    }
    return EXECZ_HEALTH_OK;
}

static const void *
find_extension(execz_executor *self, const char *id)
{
    (void)id;
    return IS(every_extension) ? self : NULL;
}

static void
flush(execz_executor *self)
{
    (void)self;
    MISBEHAVE_IN(flush);
}

execz_executor_ops misbehaving_ops = {
    .size = sizeof misbehaving_ops,
    .start = start,
    .shutdown = stop,
    .send_task = send_task,
    .destroy = destroy,
    .cancel = cancel,
    .stats = tell_stats,
    .health = tell_health,
    .extension = find_extension,
    .flush = flush,
};
