/* SPDX-License-Identifier: MIT */
#include "event/queue.h"

#include "support/effort.h"
#include "support/patience.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static execz_event_queue *
queue_of(ez_bus *bus, uint32_t capacity)
{
    execz_error err = EXECZ_ERROR_INIT;
    execz_event_queue *self = ez_event_queue_new(bus, EXECZ_EVENT_TERMINAL, capacity, &err);

    cr_assert(self != NULL, "%s", err.message);
    return self;
}

static void
emit(ez_bus *bus, uint64_t code, const char *task)
{
    execz_event event = {.size = sizeof event, .code = code, .task = task};

    ez_bus_emit(bus, &event);
}

static bool
is_readable(const execz_event_queue *self)
{
    struct pollfd fd = {.fd = execz_event_queue_fd(self), .events = POLLIN};

    return poll(&fd, 1, 0) == 1;
}

static const char *
next_task(execz_event_queue *self)
{
    const execz_event *event = NULL;

    return execz_event_queue_next(self, 0, &event) == EXECZ_OK ? event->task : NULL;
}

Test(queue, gives_copies_of_what_its_mask_lets_through_in_order)
{
    ez_bus *bus = ez_bus_new();
    execz_event_queue *self = queue_of(bus, 0);
    char id[] = "a";

    emit(bus, EXECZ_EVENT_TASK_EXECUTED, id);
    memset(id, '#', 1);
    emit(bus, EXECZ_EVENT_TASK_SUBMITTED, "not this one");
    emit(bus, EXECZ_EVENT_TASK_ERROR, "b");
    cr_expect(eq(str, (char *)next_task(self), (char *)"a"));
    cr_expect(eq(str, (char *)next_task(self), (char *)"b"));
    cr_expect(next_task(self) == NULL);
    execz_event_queue_free(self);
    ez_bus_free(bus);
}

Test(queue, what_was_lost_before_it_came_to_the_queue_is_told_too)
{
    ez_bus *bus = ez_bus_new();
    execz_event_queue *self = queue_of(bus, 1);
    execz_event event = {.size = sizeof event, .code = EXECZ_EVENT_TASK_ERROR, .lost = 5};
    const execz_event *read = NULL;

    ez_bus_emit(bus, &event);
    emit(bus, EXECZ_EVENT_TASK_ERROR, "b"); /* the other one gives way, with what it said */
    emit(bus, EXECZ_EVENT_TASK_ERROR, "c");
    cr_assert(eq(int, execz_event_queue_next(self, 0, &read), EXECZ_OK));
    cr_expect(eq(u64, read->lost, 7));
    execz_event_queue_free(self);
    ez_bus_free(bus);
}

Test(queue, without_an_event_the_wait_ends_with_the_timeout)
{
    ez_bus *bus = ez_bus_new();
    execz_event_queue *self = queue_of(bus, 0);
    const execz_event *event = NULL;
    int64_t began = ez_clock_monotonic(ez_clock_system());

    cr_expect(eq(int, execz_event_queue_next(self, 0, &event), EXECZ_E_TIMEOUT));
    cr_expect(
        eq(int, execz_event_queue_next(self, 20 * EXECZ_MILLISECOND, &event), EXECZ_E_TIMEOUT));
    cr_expect(ge(i64, ez_clock_monotonic(ez_clock_system()) - began, 20 * EXECZ_MILLISECOND));
    cr_expect(event == NULL);
    execz_event_queue_free(self);
    ez_bus_free(bus);
}

Test(queue, a_slow_reader_is_told_how_many_it_has_lost)
{
    ez_bus *bus = ez_bus_new();
    execz_event_queue *self = queue_of(bus, 2);
    const execz_event *event = NULL;

    for (int i = 0; i < 10; i++) {
        emit(bus, EXECZ_EVENT_TASK_EXECUTED, i == 9 ? "newest" : "old");
    }
    cr_assert(eq(int, execz_event_queue_next(self, 0, &event), EXECZ_OK));
    cr_expect(eq(u64, event->lost, 8));
    cr_assert(eq(int, execz_event_queue_next(self, 0, &event), EXECZ_OK));
    cr_expect(eq(u64, event->lost, 0));
    cr_expect(eq(str, (char *)event->task, (char *)"newest"));
    execz_event_queue_free(self);
    ez_bus_free(bus);
}

/* With an output of length bytes. */
#ifndef EZ_TESTS_THREADS_WATCHED
static void
emit_large(ez_bus *bus, const char *task, size_t length)
{
    g_autofree char *output = g_malloc0(length);
    execz_result result = {.size = sizeof result, .output = output, .output_length = length};
    execz_event event = {.size = sizeof event, .code = EXECZ_EVENT_TASK_EXECUTED, .task = task};

    event.result = &result;
    ez_bus_emit(bus, &event);
}

Test(queue, large_events_give_way_by_their_bytes_and_the_reader_is_told)
{
    const size_t third = EXECZ_EVENT_QUEUE_BYTES_MAX / 3;
    ez_bus *bus = ez_bus_new();
    execz_event_queue *self = queue_of(bus, 0);
    const execz_event *event = NULL;

    for (int i = 0; i < 5; i++) {
        emit_large(bus, i < 3 ? "old" : "new", third);
    }
    cr_assert(eq(int, execz_event_queue_next(self, 0, &event), EXECZ_OK));
    cr_expect(eq(u64, event->lost, 3));
    cr_expect(eq(str, (char *)event->task, (char *)"new"));
    emit_large(bus, "newest", third);
    cr_assert(eq(int, execz_event_queue_next(self, 0, &event), EXECZ_OK));
    cr_expect(eq(u64, event->lost, 0), "what was read takes no room");
    cr_expect(eq(str, (char *)next_task(self), (char *)"newest"));
    cr_expect(next_task(self) == NULL);
    execz_event_queue_free(self);
    ez_bus_free(bus);
}

Test(queue, the_newest_event_stays_however_large_it_is)
{
    ez_bus *bus = ez_bus_new();
    execz_event_queue *self = queue_of(bus, 0);
    const execz_event *event = NULL;

    emit(bus, EXECZ_EVENT_TASK_EXECUTED, "old");
    emit_large(bus, "huge", EXECZ_EVENT_QUEUE_BYTES_MAX + 1);
    cr_assert(eq(int, execz_event_queue_next(self, 0, &event), EXECZ_OK));
    cr_expect(eq(u64, event->lost, 1));
    cr_expect(eq(u64, event->result->output_length, EXECZ_EVENT_QUEUE_BYTES_MAX + 1));
    execz_event_queue_free(self);
    ez_bus_free(bus);
}
#endif

Test(queue, its_descriptor_is_readable_as_long_as_there_are_events)
{
    ez_bus *bus = ez_bus_new();
    execz_event_queue *self = queue_of(bus, 0);

    cr_expect(not(is_readable(self)));
    for (int round = 0; round < 3; round++) {
        emit(bus, EXECZ_EVENT_TASK_EXECUTED, "a");
        emit(bus, EXECZ_EVENT_TASK_EXECUTED, "b");
        cr_expect(is_readable(self));
        cr_expect(next_task(self) != NULL);
        cr_expect(is_readable(self));
        cr_expect(next_task(self) != NULL);
        cr_expect(next_task(self) == NULL);
        cr_expect(not(is_readable(self)));
    }
    execz_event_queue_free(self);
    ez_bus_free(bus);
}

Test(queue, a_closed_one_can_be_read_to_its_end)
{
    ez_bus *bus = ez_bus_new();
    execz_event_queue *self = queue_of(bus, 0);
    const execz_event *event = NULL;

    emit(bus, EXECZ_EVENT_TASK_EXECUTED, "a");
    execz_event_queue_close(self);
    cr_expect(not(ez_bus_wants(bus, EXECZ_EVENT_ALL)));
    emit(bus, EXECZ_EVENT_TASK_EXECUTED, "b");
    cr_expect(eq(str, (char *)next_task(self), (char *)"a"));
    for (int i = 0; i < 2; i++) {
        cr_expect(eq(int, execz_event_queue_next(self, -1, &event), EXECZ_E_SHUTDOWN));
        cr_expect(is_readable(self));
    }
    execz_event_queue_free(self);
    ez_bus_free(bus);
}

Test(queue, may_be_freed_after_its_source_and_with_events_unread)
{
    ez_bus *bus = ez_bus_new();
    execz_event_queue *self = queue_of(bus, 0), *other = queue_of(bus, 0);
    const execz_event *event = NULL;

    emit(bus, EXECZ_EVENT_TASK_EXECUTED, "a");
    ez_bus_free(bus);
    cr_expect(eq(str, (char *)next_task(self), (char *)"a"));
    cr_expect(eq(int, execz_event_queue_next(self, -1, &event), EXECZ_E_SHUTDOWN));
    execz_event_queue_free(self);
    execz_event_queue_free(other);
    execz_event_queue_free(NULL);
}

Test(queue, one_that_is_too_large_is_refused_with_the_limit)
{
    ez_bus *bus = ez_bus_new();
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(ez_event_queue_new(bus, EXECZ_EVENT_ALL, EXECZ_EVENT_QUEUE_CAPACITY_MAX + 1, &err) ==
              NULL);
    cr_expect(eq(int, err.status, EXECZ_E_LIMIT));
    cr_expect(eq(str, err.message,
                 (char *)"an event queue of 1048577 events is too large: at most 1048576"));
    ez_bus_free(bus);
}

Test(queue, without_a_descriptor_it_says_so)
{
    ez_bus *bus = ez_bus_new();
    execz_error err = EXECZ_ERROR_INIT;
    struct rlimit before, none;

    cr_assert(zero(int, getrlimit(RLIMIT_NOFILE, &before)));
    none = (struct rlimit){0, before.rlim_max};
    cr_assert(zero(int, setrlimit(RLIMIT_NOFILE, &none)));
    cr_expect(ez_event_queue_new(bus, EXECZ_EVENT_ALL, 0, &err) == NULL);
    cr_assert(zero(int, setrlimit(RLIMIT_NOFILE, &before)));
    cr_expect(eq(int, err.status, EXECZ_E_IO));
    cr_expect(not(ez_bus_wants(bus, EXECZ_EVENT_ALL)));
    ez_bus_free(bus);
}

/* ---- threads --------------------------------------------------------------------------------- */

typedef struct reader {
    execz_event_queue *queue;
    uint64_t n_read;
    uint64_t n_lost;
    execz_status last;
    atomic_bool has_read; /* something */
} reader;

/* As a program does: reads until there is nothing more to come, and frees the queue at once. */
static void *
read_all(void *argument)
{
    reader *self = argument;
    const execz_event *event = NULL;

    while ((self->last = execz_event_queue_next(self->queue, -1, &event)) == EXECZ_OK) {
        cr_assert(eq(str, (char *)event->task, (char *)"a task of which the text is copied"));
        self->n_read++;
        self->n_lost += event->lost;
        atomic_store(&self->has_read, true);
    }
    execz_event_queue_free(self->queue);
    return NULL;
}

static void
emit_copied(ez_bus *bus)
{
    g_autofree char *task = g_strdup("a task of which the text is copied");

    emit(bus, EXECZ_EVENT_TASK_EXECUTED, task);
}

Test(queue, threads_read_what_the_loop_puts_in_until_the_scheduler_is_gone)
{
    ez_bus *bus = ez_bus_new();
    reader readers[2] = {{.queue = queue_of(bus, 16)}, {.queue = queue_of(bus, 100000)}};
    pthread_t threads[2];

    for (size_t i = 0; i < 2; i++) {
        cr_assert(zero(int, pthread_create(&threads[i], NULL, read_all, &readers[i])));
    }
    for (int i = 0; i < 50000; i++) {
        emit_copied(bus);
    }
    ez_bus_free(bus);
    for (size_t i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        cr_expect(eq(u64, readers[i].n_read + readers[i].n_lost, 50000));
        cr_expect(eq(int, readers[i].last, EXECZ_E_SHUTDOWN));
    }
    cr_expect(eq(u64, readers[1].n_lost, 0), "it had room for all");
}

Test(queue, a_reader_that_waits_is_woken_by_an_event_and_by_the_end)
{
    ez_bus *bus = ez_bus_new();
    execz_event_queue *queue = queue_of(bus, 0);
    reader self = {.queue = queue};
    int64_t end = patience_ends();
    pthread_t thread;

    cr_assert(zero(int, pthread_create(&thread, NULL, read_all, &self)));
    emit_copied(bus);
    while (!atomic_load(&self.has_read)) {
        cr_assert(not(patience_is_over(end)));
        (void)poll(NULL, 0, 1);
    }
    execz_event_queue_close(queue);
    pthread_join(thread, NULL);
    cr_expect(all(eq(u64, self.n_read, 1), eq(int, self.last, EXECZ_E_SHUTDOWN)));
    ez_bus_free(bus);
}
