/* SPDX-License-Identifier: MIT */
/* The trays of a mailbox. */
#include "base/mailbox.h"

#include "support/patience.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

typedef struct letter {
    ez_message message;
    int sender;
    int number;
} letter;

static ez_mailbox mailbox;

static void
set_up(void)
{
    cr_assert(ez_mailbox_init(&mailbox));
}

static void
tear_down(void)
{
    ez_mailbox_deinit(&mailbox);
}

TestSuite(tray, .init = set_up, .fini = tear_down);

static int
rings(int timeout_ms)
{
    struct pollfd poll_fd = {.fd = mailbox.bell, .events = POLLIN};

    return poll(&poll_fd, 1, timeout_ms);
}

/* Takes once; what comes of each sender is in order, next[] counts it.  Returns how many came. */
static int
take_in_order(int *next)
{
    int n = 0;

    for (ez_message *at = ez_mailbox_take(&mailbox); at != NULL; at = at->next, n++) {
        const letter *one = (const letter *)at;

        cr_assert(eq(int, one->number, next[one->sender]++));
    }
    return n;
}

/* The letters first to first + n - 1 of a sender. */
static void
put(ez_tray *tray, letter *letters, int sender, int first, int n)
{
    for (int i = first; i < first + n; i++) {
        letters[i].sender = sender;
        letters[i].number = i;
        ez_tray_put(tray, &letters[i].message);
        atomic_thread_fence(memory_order_seq_cst);
        ez_tray_announce(tray);
    }
}

Test(tray, keeps_the_order)
{
    ez_tray *tray = ez_tray_open(&mailbox);
    letter letters[3] = {0};
    int next[1] = {0};

    put(tray, letters, 0, 0, 3);
    cr_expect(eq(int, take_in_order(next), 3));
    cr_expect(eq(int, take_in_order(next), 0));
    ez_tray_close(tray);
}

Test(tray, gives_many_in_portions)
{
    enum { MANY = 5000 };
    letter *letters = calloc(MANY, sizeof *letters);
    ez_tray *tray = ez_tray_open(&mailbox);
    int next[1] = {0}, n, most = 0;

    put(tray, letters, 0, 0, MANY);
    while ((n = take_in_order(next)) > 0) {
        most = n > most ? n : most;
    }
    cr_expect(all(eq(int, next[0], MANY), lt(int, most, MANY)));
    ez_tray_close(tray);
    free(letters);
}

Test(tray, is_announced_only_with_something_on_it)
{
    ez_tray *tray = ez_tray_open(&mailbox);
    letter letters[1] = {0};
    int next[1] = {0};

    ez_mailbox_sleep(&mailbox);
    ez_tray_announce(tray);
    cr_expect(eq(int, rings(0), 0));
    put(tray, letters, 0, 0, 1);
    cr_expect(eq(int, rings(0), 1));
    cr_expect(eq(int, take_in_order(next), 1));
    ez_mailbox_sleep(&mailbox);
    ez_tray_announce(tray);
    cr_expect(eq(int, rings(0), 0), "what was announced is not announced again");
    ez_tray_close(tray);
}

Test(tray, rings_for_a_receiver_that_sleeps)
{
    ez_tray *tray = ez_tray_open(&mailbox);
    letter letters[3] = {0};
    int next[1] = {0};

    ez_mailbox_sleep(&mailbox);
    cr_expect(eq(int, rings(0), 0));
    put(tray, letters, 0, 0, 1);
    cr_expect(eq(int, rings(0), 1));
    cr_expect(eq(int, take_in_order(next), 1));
    put(tray, letters, 0, 1, 1);
    cr_expect(eq(int, rings(0), 0), "it is awake, and will look");
    ez_mailbox_sleep(&mailbox);
    cr_expect(eq(int, rings(0), 1), "it does not fall asleep over a message");
    cr_expect(eq(int, take_in_order(next), 1));
    ez_mailbox_sleep(&mailbox);
    put(tray, letters, 0, 2, 1);
    cr_expect(eq(int, rings(0), 1), "it rings again");
    ez_tray_close(tray);
}

Test(tray, a_rest_of_many_keeps_the_receiver_awake)
{
    enum { MANY = 3000 };
    letter *letters = calloc(MANY, sizeof *letters);
    ez_tray *tray = ez_tray_open(&mailbox);
    int next[1] = {0};

    put(tray, letters, 0, 0, MANY);
    cr_expect(lt(int, take_in_order(next), MANY));
    ez_mailbox_sleep(&mailbox);
    cr_expect(eq(int, rings(0), 1));
    ez_tray_close(tray);
    free(letters);
}

Test(tray, a_full_one_does_not_keep_another_waiting)
{
    enum { MANY = 4000 };
    letter *letters = calloc(MANY, sizeof *letters);
    letter *endless = calloc(MANY, sizeof *endless);
    ez_tray *busy = ez_tray_open(&mailbox), *quiet = ez_tray_open(&mailbox);
    int next[2] = {0};

    put(quiet, letters, 0, 0, 1);
    put(busy, endless, 1, 0, 2000);
    for (int i = 0; i < 2; i++) {
        (void)take_in_order(next);
        put(busy, endless, 1, 2000 + i * 1000, 1000); /* as fast as it is emptied */
    }
    cr_expect(eq(int, next[0], 1));
    ez_tray_close(busy);
    ez_tray_close(quiet);
    free(letters);
    free(endless);
}

Test(tray, several_are_emptied_together)
{
    ez_tray *trays[4];
    letter letters[4][2] = {0};
    int next[4] = {0};

    for (int i = 0; i < 4; i++) {
        trays[i] = ez_tray_open(&mailbox);
        put(trays[i], letters[i], i, 0, 2);
    }
    cr_expect(eq(int, take_in_order(next), 8));
    for (int i = 0; i < 4; i++) {
        ez_tray_close(trays[i]);
    }
}

Test(tray, a_closed_one_keeps_its_messages_and_is_used_again)
{
    ez_tray *tray = ez_tray_open(&mailbox);
    letter letters[4] = {0};
    int next[1] = {0};

    put(tray, letters, 0, 0, 2);
    ez_tray_close(tray);
    cr_expect(eq(ptr, ez_tray_open(&mailbox), tray));
    cr_expect(ne(ptr, ez_tray_open(&mailbox), tray), "it is open, so that is another");
    put(tray, letters, 0, 2, 2);
    cr_expect(eq(int, take_in_order(next), 4));
}

/* ---- threads --------------------------------------------------------------------------------- */

enum { SENDERS = 4, LETTERS = 40000, SITTING = 1500 };

typedef struct sender {
    letter *letters;
    int number;
} sender;

/* Opens and closes all the time, so that trays pass from thread to thread. */
static void *
send_all(void *argument)
{
    const sender *self = argument;

    for (int i = 0; i < LETTERS; i += SITTING) {
        ez_tray *tray = ez_tray_open(&mailbox);

        put(tray, self->letters, self->number, i, LETTERS - i < SITTING ? LETTERS - i : SITTING);
        ez_tray_close(tray);
    }
    return NULL;
}

/* A sender's messages may overtake each other when it changes its tray, but none is lost. */
static int
mark_taken(unsigned char seen[SENDERS][LETTERS])
{
    int n = 0;

    for (ez_message *at = ez_mailbox_take(&mailbox); at != NULL; at = at->next, n++) {
        const letter *one = (const letter *)at;

        cr_assert(eq(int, seen[one->sender][one->number]++, 0), "it came twice");
    }
    return n;
}

Test(tray, loses_nothing_of_four_threads_that_change_trays)
{
    static unsigned char seen[SENDERS][LETTERS];
    pthread_t threads[SENDERS];
    sender senders[SENDERS];
    int received = 0;

    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (sender){calloc(LETTERS, sizeof(letter)), i};
        pthread_create(&threads[i], NULL, send_all, &senders[i]);
    }
    while (received < SENDERS * LETTERS) {
        ez_mailbox_sleep(&mailbox);
        cr_assert(eq(int, rings(PATIENCE_MS), 1), "a message without a ring");
        received += mark_taken(seen);
    }
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(threads[i], NULL);
        free(senders[i].letters);
    }
}

static void *
send_on_one_tray(void *argument)
{
    const sender *self = argument;
    ez_tray *tray = ez_tray_open(&mailbox);

    put(tray, self->letters, self->number, 0, LETTERS);
    ez_tray_close(tray);
    return NULL;
}

Test(tray, reorders_nothing_while_it_is_filled_and_emptied)
{
    pthread_t thread;
    sender one = {calloc(LETTERS, sizeof(letter)), 0};
    int next[1] = {0};

    pthread_create(&thread, NULL, send_on_one_tray, &one);
    while (next[0] < LETTERS) {
        ez_mailbox_sleep(&mailbox);
        cr_assert(eq(int, rings(PATIENCE_MS), 1), "a message without a ring");
        (void)take_in_order(next);
    }
    pthread_join(thread, NULL);
    free(one.letters);
}
