/* SPDX-License-Identifier: MIT */
/* A thread for each run. */
#include "plugin.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void
nap(unsigned milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};

    (void)nanosleep(&time, NULL);
}

void
misbehave(int crash, int hang, int end)
{
    if (crash) {
        (void)raise(SIGSEGV);
    }
    while (hang) {
        nap(1000);
    }
    if (end) {
        _exit(3);
    }
}

execz_status
say(execz_error *err, execz_status status, const char *why)
{
    if (err != NULL) {
        strncpy(err->message, why, sizeof err->message - 1);
    }
    return status;
}

/* ---- runs ------------------------------------------------------------------------------------ */

static void
take_out_locked(execz_executor *self, const work_item *item)
{
    work_item **at = &self->open;

    while (*at != NULL && *at != item) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        *at = item->next;
        self->n_open--;
    }
}

static void
execute_all(const execz_host *host, work_item *item)
{
    uint32_t n = IS(first_time_only) ? 1 : item->n;

    for (uint32_t i = 0; i < n; i++) {
        execz_time time = item->times[IS(reversed_times) ? n - 1 - i : i];

        execz_result result = {.size = sizeof result};

        (void)host->execute(host, item->run, time, NULL, &result);
        item->failed |= result.outcome == EXECZ_OUTCOME_ERROR;
        if (IS(execute_twice)) {
            (void)host->execute(host, item->run, time, NULL, NULL);
        }
    }
}

static void
finish(const execz_host *host, work_item *item)
{
    execz_result result = {.size = sizeof result, .run_time = item->times[0]};
    int gives = IS(wrong_results) || (IS(lying_results) && item->failed);

    result.outcome = IS(wrong_results) ? 99 : EXECZ_OUTCOME_OK;
    (void)host->finish(host, item->run, gives ? &result : NULL, gives ? 1 : 0);
    if (IS(finish_twice)) {
        (void)host->finish(host, item->run, NULL, 0);
    }
    if (IS(finish_unknown)) {
        (void)host->finish(host, UINT64_C(0x7777777700000001), NULL, 0);
    }
    if (IS(task_used_later)) {
        nap(20);
        __asm__ volatile("" : : "r"(*(const volatile uint32_t *)&item->task->kind));
    }
}

static void
finish_meanwhile(void *argument)
{
    work_item *item = argument;

    nap(5);
    if (!__atomic_exchange_n(&item->claimed, 1, __ATOMIC_SEQ_CST)) {
        (void)item->executor->host->finish(item->executor->host, item->run, NULL, 0);
    }
}

static void
work(void *argument)
{
    work_item *item = argument;
    execz_executor *self = item->executor;
    const execz_host *host = self->host;

    if (IS(finish_inside)) {
        (void)host->thread(host, "meanwhile", finish_meanwhile, item);
    }
    execute_all(host, item);
    pthread_mutex_lock(&self->lock);
    take_out_locked(self, item);
    pthread_mutex_unlock(&self->lock);
    if (!__atomic_exchange_n(&item->claimed, 1, __ATOMIC_SEQ_CST)) {
        finish(host, item);
    }
    if (!IS(finish_inside)) { /* there the other thread may still look at it */
        (void)host->realloc(host, item, 0);
    }
}

/* NULL: no memory, or no thread. */
static work_item *
begin_locked(execz_executor *self, const execz_task *task, const execz_time *times, uint32_t n,
             execz_run run)
{
    const execz_host *host = self->host;
    work_item *item = host->realloc(host, NULL, sizeof *item);

    if (item == NULL && !IS(memory_unchecked)) {
        return NULL;
    }
    *item = (work_item){.executor = self, .task = task, .n = n, .run = run, .next = self->open};
    for (uint32_t i = 0; i < n && i < 8; i++) {
        item->times[i] = times[i];
    }
    self->open = item;
    self->n_open++;
    if (host->thread(host, "run", work, item) != EXECZ_OK) {
        take_out_locked(self, item);
        (void)host->realloc(host, item, 0);
        return NULL;
    }
    return item;
}

static execz_status
send_locked(execz_executor *self, const execz_task *task, const execz_time *times, uint32_t n,
            execz_run run, execz_error *err)
{
    if (self->stopping && !IS(accepts_after_shutdown)) {
        return say(err, EXECZ_E_SHUTDOWN, "it is shut down");
    }
    if (IS(command_refused) && task->kind == EXECZ_TASK_COMMAND) {
        return say(err, EXECZ_E_UNSUPPORTED, "it takes no command");
    }
    if (IS(finish_refused) && self->n_open >= 40) {
        (void)self->host->finish(self->host, run, NULL, 0);
        return say(err, EXECZ_E_BUSY, "it has enough to do");
    }
    if (IS(forgotten_run) && ++self->n_sent % 7 == 0) {
        return EXECZ_OK;
    }
    return begin_locked(self, task, times, n, run) != NULL
               ? EXECZ_OK
               : say(err, EXECZ_E_BUSY, "no thread is free");
}

execz_status
send_task(execz_executor *self, const execz_task *task, const execz_time *times, uint32_t n,
          execz_run run, execz_error *err)
{
    execz_status status;

    MISBEHAVE_IN(send);
    if (IS(slow_send)) {
        nap(60);
    }
    if (IS(finish_stale) && self->last != 0 &&
        self->host->interrupt(self->host, self->last) == EXECZ_E_STATE) {
        (void)self->host->finish(self->host, self->last, NULL, 0); /* it is over, as we see */
        self->last = 0;
    }
    pthread_mutex_lock(&self->lock);
    status = send_locked(self, task, times, n, run, err);
    self->accepted += status == EXECZ_OK;
    self->refused += status != EXECZ_OK;
    pthread_mutex_unlock(&self->lock);
    if (IS(finish_stale) && status == EXECZ_OK && ++self->n_sent % 13 == 0) {
        self->last = run;
    }
    return status;
}

execz_status
cancel(execz_executor *self, execz_run run)
{
    work_item *at;

    MISBEHAVE_IN(cancel);
    if (IS(cancel_ignored)) {
        return EXECZ_OK;
    }
    pthread_mutex_lock(&self->lock);
    for (at = self->open; at != NULL; at = at->next) {
        int same_slot = IS(cancel_by_slot) && EXECZ_RUN_INDEX(at->run) == EXECZ_RUN_INDEX(run);

        if (at->run == run || same_slot) {
            (void)self->host->interrupt(self->host, at->run);
        }
    }
    pthread_mutex_unlock(&self->lock);
    return EXECZ_OK;
}
