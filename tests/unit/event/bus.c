/* SPDX-License-Identifier: MIT */
#include "event/bus.h"

#include "base/clock.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static char heard[256];

static void
hear(void *user, const execz_event *event)
{
    size_t length = strlen(heard);

    snprintf(heard + length, sizeof heard - length, "%s:%s ", (const char *)user,
             event->task == NULL ? execz_event_name(event->code) : event->task);
}

static execz_event
about(uint64_t code, const char *task)
{
    return (execz_event){.size = sizeof(execz_event), .code = code, .task = task};
}

Test(bus, listeners_hear_in_the_order_of_adding_what_their_mask_lets_through)
{
    ez_bus *bus = ez_bus_new();
    execz_event executed = about(EXECZ_EVENT_TASK_EXECUTED, NULL);
    execz_event error = about(EXECZ_EVENT_TASK_ERROR, NULL);

    ez_bus_add(bus, EXECZ_EVENT_ALL, hear, (void *)"a");
    ez_bus_add(bus, EXECZ_EVENT_TASK_ERROR, hear, (void *)"b");
    ez_bus_emit(bus, &executed);
    ez_bus_emit(bus, &error);
    cr_expect(eq(str, heard, (char *)"a:task_executed a:task_error b:task_error "));
    ez_bus_free(bus);
}

Test(bus, a_removed_listener_hears_nothing_more)
{
    ez_bus *bus = ez_bus_new();
    uint64_t id = ez_bus_add(bus, EXECZ_EVENT_ALL, hear, (void *)"a");
    execz_event event = about(EXECZ_EVENT_TASK_ERROR, NULL);

    cr_expect(ez_bus_wants(bus, EXECZ_EVENT_TASK_ERROR));
    cr_expect(ez_bus_remove(bus, id));
    cr_expect(not(ez_bus_remove(bus, id)));
    cr_expect(not(ez_bus_wants(bus, EXECZ_EVENT_TASK_ERROR)));
    ez_bus_emit(bus, &event);
    cr_expect(eq(str, heard, (char *)""));
    ez_bus_free(bus);
}

Test(bus, posted_events_keep_their_texts_and_come_first)
{
    ez_bus *bus = ez_bus_new();
    char id[] = "backup";
    execz_event posted = about(EXECZ_EVENT_TASK_ADDED, id);
    execz_event emitted = about(EXECZ_EVENT_TASK_ERROR, "later");

    ez_bus_add(bus, EXECZ_EVENT_ALL, hear, (void *)"a");
    ez_bus_post(bus, &posted);
    memset(id, '#', sizeof id - 1);
    cr_expect(eq(str, heard, (char *)""));
    ez_bus_emit(bus, &emitted);
    cr_expect(eq(str, heard, (char *)"a:backup a:later "));
    ez_bus_free(bus);
}

typedef struct meddler {
    ez_bus *bus;
    uint64_t victim;
} meddler;

static void
remove_victim(void *user, const execz_event *event)
{
    meddler *self = user;

    (void)event;
    ez_bus_remove(self->bus, self->victim);
    ez_bus_add(self->bus, EXECZ_EVENT_ALL, hear, (void *)"new");
}

Test(bus, a_listener_may_change_the_audience_while_it_hears)
{
    meddler self = {.bus = ez_bus_new()};
    execz_event event = about(EXECZ_EVENT_TASK_ERROR, "x");

    ez_bus_add(self.bus, EXECZ_EVENT_ALL, remove_victim, &self);
    self.victim = ez_bus_add(self.bus, EXECZ_EVENT_ALL, hear, (void *)"victim");
    ez_bus_emit(self.bus, &event);
    cr_expect(eq(str, heard, (char *)""), "neither the removed nor the new one hears this event");
    ez_bus_emit(self.bus, &event);
    cr_expect(eq(str, heard, (char *)"new:x "), "and the next one it does");
    ez_bus_free(self.bus);
}

typedef struct leaver {
    ez_bus *bus;
    uint64_t id;
    int calls;
} leaver;

static void
leave(void *user, const execz_event *event)
{
    leaver *self = user;

    (void)event;
    self->calls++;
    ez_bus_remove(self->bus, self->id);
}

Test(bus, listeners_that_remove_themselves_are_called_once)
{
    ez_bus *bus = ez_bus_new();
    leaver one = {.bus = bus}, other = {.bus = bus};
    execz_event event = about(EXECZ_EVENT_TASK_ERROR, "x");

    one.id = ez_bus_add(bus, EXECZ_EVENT_ALL, leave, &one);
    other.id = ez_bus_add(bus, EXECZ_EVENT_ALL, leave, &other);
    ez_bus_add(bus, EXECZ_EVENT_ALL, hear, (void *)"last");
    ez_bus_emit(bus, &event);
    ez_bus_emit(bus, &event);
    cr_expect(all(eq(int, one.calls, 1), eq(int, other.calls, 1)));
    cr_expect(eq(str, heard, (char *)"last:x last:x "));
    ez_bus_free(bus);
}

static void
remove_both(void *user, const execz_event *event)
{
    meddler *self = user;

    (void)event;
    ez_bus_remove(self->bus, self->victim - 1); /* itself, */
    ez_bus_remove(self->bus, self->victim);     /* and the next */
}

Test(bus, a_listener_that_removes_itself_and_the_next_one_is_the_last_of_both)
{
    meddler self = {.bus = ez_bus_new()};
    execz_event event = about(EXECZ_EVENT_TASK_ERROR, "x");

    ez_bus_add(self.bus, EXECZ_EVENT_ALL, remove_both, &self);
    self.victim = ez_bus_add(self.bus, EXECZ_EVENT_ALL, hear, (void *)"victim");
    ez_bus_add(self.bus, EXECZ_EVENT_ALL, hear, (void *)"last");
    ez_bus_emit(self.bus, &event);
    cr_expect(eq(str, heard, (char *)"last:x "));
    ez_bus_free(self.bus);
}

static void
note_gone(void *user)
{
    *(bool *)user = true;
}

Test(bus, tells_who_asked_for_it_that_it_is_gone)
{
    ez_bus *bus = ez_bus_new();
    bool stays = false, leaves = false;

    ez_bus_add_until(bus, EXECZ_EVENT_ALL, hear, &stays, note_gone);
    ez_bus_remove(bus, ez_bus_add_until(bus, EXECZ_EVENT_ALL, hear, &leaves, note_gone));
    ez_bus_free(bus);
    cr_expect(stays);
    cr_expect(not(leaves));
}

/* ---- slow listeners -------------------------------------------------------------------------- */

static void
take_time(void *user, const execz_event *event)
{
    int64_t began = ez_clock_coarse();

    (void)user;
    (void)event;
    while (ez_clock_coarse() == began) {
        (void)poll(NULL, 0, 1);
    }
}

static void
keep_call(void *user, const ez_slow_call *call)
{
    *(ez_slow_call *)user = *call;
}

Test(bus, tells_which_listener_took_how_long_for_what)
{
    ez_bus *bus = ez_bus_new();
    ez_slow_call slow = {0};
    execz_event event = about(EXECZ_EVENT_TASK_ERROR, "x");
    uint64_t id;

    ez_bus_watch(bus, &(ez_bus_watcher){keep_call, EXECZ_NANOSECOND, .user = &slow});
    id = ez_bus_add(bus, EXECZ_EVENT_ALL, take_time, NULL);
    ez_bus_emit(bus, &event);
    cr_expect(eq(u64, slow.listener, id));
    cr_expect(slow.function == take_time);
    cr_expect(ge(i64, slow.took, EXECZ_NANOSECOND));
    cr_expect(eq(u64, slow.code, EXECZ_EVENT_TASK_ERROR));
    ez_bus_free(bus);
}

Test(bus, tells_nothing_of_a_listener_that_keeps_within_the_limit)
{
    ez_bus *bus = ez_bus_new();
    ez_slow_call slow = {0};
    execz_event event = about(EXECZ_EVENT_TASK_ERROR, "x");

    ez_bus_watch(bus, &(ez_bus_watcher){keep_call, EXECZ_DAY, .user = &slow});
    ez_bus_add(bus, EXECZ_EVENT_ALL, take_time, NULL);
    ez_bus_emit(bus, &event);
    cr_expect(eq(u64, slow.listener, 0));
    ez_bus_free(bus);
}

/* ---- threads --------------------------------------------------------------------------------- */

/* A listener that stays in its call until it is let go. */
typedef struct guest {
    atomic_bool within;
    atomic_bool may_leave;
    atomic_bool left;
} guest;

static void
stay(void *user, const execz_event *event)
{
    guest *self = user;

    (void)event;
    atomic_store(&self->within, true);
    while (!atomic_load(&self->may_leave)) {
        (void)poll(NULL, 0, 1);
    }
    atomic_store(&self->left, true);
}

typedef struct removal {
    ez_bus *bus;
    uint64_t id;
    guest *guest;
    bool had_left; /* when the listener was removed */
    bool removed;
} removal;

static void *
remove_guest(void *argument)
{
    removal *self = argument;

    while (!atomic_load(&self->guest->within)) {
        (void)poll(NULL, 0, 1);
    }
    self->removed = ez_bus_remove(self->bus, self->id);
    self->had_left = atomic_load(&self->guest->left);
    return NULL;
}

static void *
let_go_once_it_is_unlisted(void *argument)
{
    removal *self = argument;

    while (ez_bus_wants(self->bus, EXECZ_EVENT_ALL)) { /* the removal has begun, and waits */
        (void)poll(NULL, 0, 1);
    }
    atomic_store(&self->guest->may_leave, true);
    return NULL;
}

Test(bus, who_removes_a_listener_from_another_thread_waits_for_its_call_to_end)
{
    guest visitor = {0};
    removal self = {.bus = ez_bus_new(), .guest = &visitor};
    execz_event event = about(EXECZ_EVENT_TASK_ERROR, "x");
    pthread_t remover, releaser;

    self.id = ez_bus_add(self.bus, EXECZ_EVENT_ALL, stay, &visitor);
    cr_assert(zero(int, pthread_create(&remover, NULL, remove_guest, &self)));
    cr_assert(zero(int, pthread_create(&releaser, NULL, let_go_once_it_is_unlisted, &self)));
    ez_bus_emit(self.bus, &event);
    pthread_join(remover, NULL);
    pthread_join(releaser, NULL);
    cr_expect(self.removed);
    cr_expect(self.had_left);
    ez_bus_free(self.bus);
}

typedef struct traffic {
    ez_bus *bus;
    atomic_bool over;
} traffic;

/* What a program does: its listener's user is gone as soon as the listener is removed. */
static void
touch(void *user, const execz_event *event)
{
    (void)event;
    ++*(uint64_t *)user;
}

static void *
come_and_go(void *argument)
{
    traffic *self = argument;

    for (int i = 0; i < 2000; i++) {
        uint64_t *count = g_new0(uint64_t, 1);
        uint64_t id = ez_bus_add(self->bus, EXECZ_EVENT_ALL, touch, count);
        execz_event event = about(EXECZ_EVENT_TASK_ADDED, "posted");

        ez_bus_post(self->bus, &event);
        cr_assert(ez_bus_remove(self->bus, id));
        g_free(count);
    }
    return NULL;
}

static void *
deliver_all_the_time(void *argument)
{
    traffic *self = argument;
    execz_event event = about(EXECZ_EVENT_TASK_ERROR, "x");

    while (!atomic_load(&self->over)) {
        ez_bus_emit(self->bus, &event);
    }
    return NULL;
}

Test(bus, threads_add_and_remove_listeners_while_the_loop_delivers)
{
    traffic self = {.bus = ez_bus_new()};
    pthread_t loop, guests[3];

    cr_assert(zero(int, pthread_create(&loop, NULL, deliver_all_the_time, &self)));
    for (size_t i = 0; i < G_N_ELEMENTS(guests); i++) {
        cr_assert(zero(int, pthread_create(&guests[i], NULL, come_and_go, &self)));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(guests); i++) {
        pthread_join(guests[i], NULL);
    }
    atomic_store(&self.over, true);
    pthread_join(loop, NULL);
    cr_expect(not(ez_bus_wants(self.bus, EXECZ_EVENT_ALL)));
    ez_bus_free(self.bus);
}
