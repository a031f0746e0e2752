/* SPDX-License-Identifier: MIT */
/* What every executor keeps to, wherever it runs its bodies.  A body that blocks may block
 * send_task() with it, so such runs are sent by a thread of their own. */
#include "checks.h"

#include <dirent.h>
#include <poll.h>
#include <string.h>

static unsigned
count_entries(const char *path)
{
    DIR *directory = opendir(path);
    unsigned n = 0;

    CHECK(directory != NULL);
    while (readdir(directory) != NULL) {
        n++;
    }
    closedir(directory);
    return n;
}

typedef struct sender {
    host *host;
    run *runs[200];
    unsigned n;
    pthread_t thread;
} sender;

static void *
send_all(void *argument)
{
    sender *self = argument;

    for (unsigned i = 0; i < self->n; i++) {
        execz_status status = host_send(self->host, self->runs[i]);

        CHECK(status == EXECZ_OK || status == EXECZ_E_SHUTDOWN);
    }
    return NULL;
}

static void
sender_start(sender *self, host *to, unsigned n, bool blocks)
{
    *self = (sender){.host = to, .n = n};
    for (unsigned i = 0; i < n; i++) {
        self->runs[i] = host_open(to, "task", 1, blocks);
    }
    CHECK(pthread_create(&self->thread, NULL, send_all, self) == 0);
}

static void
sender_join(sender *self)
{
    pthread_join(self->thread, NULL);
}

/* ---- life ------------------------------------------------------------------------------------ */

void
check_restarts(host *self)
{
    unsigned threads = 0, descriptors = 0;

    for (int i = 0; i < 50; i++) {
        host_start(self);
        host_submit(self, "task", false);
        CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1) == EXECZ_OK);
        CHECK(host_read(self, &self->finished) == 1);
        host_stop(self);
        if (i == 0) {
            threads = count_entries("/proc/self/task");
            descriptors = count_entries("/proc/self/fd");
        }
    }
    while (count_entries("/proc/self/task") > threads) { /* one that was joined may still be seen */
        (void)poll(NULL, 0, 1);
    }
    CHECK(count_entries("/proc/self/fd") == descriptors);
}

void
check_two_thousand_runs(host *self)
{
    host_start(self);
    for (int i = 0; i < 2000; i++) {
        host_submit(self, "task", false);
    }
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1) == EXECZ_OK);
    CHECK(host_read(self, &self->finished) == 2000);
    CHECK(host_read(self, &self->began) == 2000);
    host_stop(self);
}

void
check_run_times(host *self)
{
    run *three;

    host_start(self);
    three = host_open(self, "task", 3, false);
    CHECK(host_send(self, three) == EXECZ_OK);
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1) == EXECZ_OK);
    CHECK(three->executed == 3); /* in order, or the host would have counted a misuse */
    host_stop(self);
}

/* ---- shutdown -------------------------------------------------------------------------------- */

void
check_shutdown_refuses(host *self)
{
    host_start(self);
    CHECK(host_shutdown(self, 0, -1) == EXECZ_OK);
    CHECK(host_send(self, host_open(self, "task", 1, false)) == EXECZ_E_SHUTDOWN);
    CHECK(host_shutdown(self, 0, -1) == EXECZ_OK);
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT | EXECZ_SHUTDOWN_CANCEL, 0) == EXECZ_OK);
    CHECK(host_send(self, host_open(self, "task", 1, false)) == EXECZ_E_SHUTDOWN);
    CHECK(host_read(self, &self->began) == 0);
    host_stop(self);
}

void
check_shutdown_waits_and_cancels(host *self)
{
    sender loop;

    host_start(self);
    sender_start(&loop, self, 5, true);
    host_wait_for(self, &self->began, 1);
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT, 0) == EXECZ_E_TIMEOUT);
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT, 20) == EXECZ_E_TIMEOUT);
    CHECK(host_read(self, &self->finished) == 0);
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT | EXECZ_SHUTDOWN_CANCEL, -1) == EXECZ_OK);
    sender_join(&loop);
    CHECK(host_read(self, &self->finished) >= 1);
    host_stop(self);
}

static void *
shut_down_hard(void *argument)
{
    CHECK(host_shutdown(argument, EXECZ_SHUTDOWN_CANCEL | EXECZ_SHUTDOWN_WAIT, -1) == EXECZ_OK);
    return NULL;
}

static void *
shut_down_softly(void *argument)
{
    CHECK(host_shutdown(argument, EXECZ_SHUTDOWN_WAIT, -1) == EXECZ_OK);
    return NULL;
}

void
check_shutdown_from_several_threads(host *self)
{
    for (unsigned i = 0; i < 20; i++) {
        pthread_t hard, softly;
        sender loop;

        host_start(self);
        sender_start(&loop, self, 200, false);
        host_wait_for(self, &self->began, 5 * i);
        CHECK(pthread_create(&hard, NULL, shut_down_hard, self) == 0);
        CHECK(pthread_create(&softly, NULL, shut_down_softly, self) == 0);
        pthread_join(hard, NULL);
        pthread_join(softly, NULL);
        sender_join(&loop);
        host_stop(self); /* which looks at each run */
    }
}

/* ---- single runs ----------------------------------------------------------------------------- */

void
check_cancel(host *self)
{
    sender loop;

    if (self->ops->cancel == NULL) {
        return;
    }
    host_start(self);
    sender_start(&loop, self, 1, true);
    host_wait_for(self, &self->began, 1);
    CHECK(self->ops->cancel(self->executor, loop.runs[0]->token) == EXECZ_OK);
    sender_join(&loop);
    host_wait_for(self, &self->finished, 1);
    CHECK(loop.runs[0]->interrupted);
    (void)self->ops->cancel(self->executor, loop.runs[0]->token); /* too late: no harm */
    (void)self->ops->cancel(self->executor, UINT64_MAX);
    host_submit(self, "task", false);
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1) == EXECZ_OK);
    CHECK(host_read(self, &self->finished) == 2);
    host_stop(self);
}

void
check_stats(host *self)
{
    execz_stats stats = {.size = sizeof stats};
    execz_stats old = {.size = offsetof(execz_stats, accepted), .accepted = 77};

    if (self->ops->stats == NULL) {
        return;
    }
    host_start(self);
    for (int i = 0; i < 10; i++) {
        host_submit(self, "task", false);
    }
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1) == EXECZ_OK);
    CHECK(host_send(self, host_open(self, "task", 1, false)) == EXECZ_E_SHUTDOWN);
    CHECK(self->ops->stats(self->executor, &stats) == EXECZ_OK);
    CHECK(stats.size == sizeof stats && stats.queued == 0);
    CHECK(stats.accepted == 10 && stats.finished == 10 && stats.refused == 1);
    CHECK(self->ops->stats(self->executor, &old) == EXECZ_OK);
    CHECK(old.size == offsetof(execz_stats, accepted) && old.accepted == 77);
    host_stop(self);
}

void
check_health(host *self)
{
    execz_error why = EXECZ_ERROR_INIT;

    if (self->ops->health == NULL) {
        return;
    }
    host_start(self);
    host_submit(self, "task", false);
    host_wait_for(self, &self->finished, 1);
    CHECK(self->ops->health(self->executor, &why) == EXECZ_HEALTH_OK);
    CHECK(self->ops->health(self->executor, NULL) == EXECZ_HEALTH_OK);
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1) == EXECZ_OK);
    host_stop(self);
}

/* What becomes of a further run of a task with max_instances 2. */
static execz_status
send_second(host *self, const char *task_id, bool blocks)
{
    run *one = host_open(self, task_id, 1, blocks);

    one->task.max_instances = 2;
    return host_send(self, one);
}

void
check_instances(host *self)
{
    host_start(self);
    CHECK(send_second(self, "one", true) == EXECZ_OK);
    CHECK(send_second(self, "one", true) == EXECZ_OK);
    CHECK(send_second(self, "one", true) == EXECZ_E_MAX_INSTANCES);
    CHECK(send_second(self, "other", true) == EXECZ_OK);
    host_release(self, &self->runs[0]);
    host_wait_for(self, &self->finished, 1);
    CHECK(send_second(self, "one", false) == EXECZ_OK);
    host_release(self, NULL);
    CHECK(host_shutdown(self, EXECZ_SHUTDOWN_WAIT, -1) == EXECZ_OK);
    CHECK(host_read(self, &self->finished) == 4);
    host_stop(self);
}
