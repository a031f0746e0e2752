/* SPDX-License-Identifier: MIT */
#include "base/mailbox.h"

#include "support/patience.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

typedef struct letter {
    ez_message message;
    int sender;
    int number;
} letter;

static int
rings(const ez_mailbox *mailbox)
{
    struct pollfd poll_fd = {.fd = mailbox->bell, .events = POLLIN};

    return poll(&poll_fd, 1, 0);
}

Test(mailbox, keeps_the_order_of_one_sender)
{
    ez_mailbox mailbox;
    letter letters[3] = {{.number = 0}, {.number = 1}, {.number = 2}};
    int expected = 0;

    cr_assert(ez_mailbox_init(&mailbox));
    for (int i = 0; i < 3; i++) {
        ez_mailbox_push(&mailbox, &letters[i].message);
    }
    for (ez_message *at = ez_mailbox_take(&mailbox); at != NULL; at = at->next) {
        cr_expect(eq(int, ((letter *)at)->number, expected++));
    }
    cr_expect(eq(int, expected, 3));
    ez_mailbox_deinit(&mailbox);
}

static void *
is_receiver(void *mailbox)
{
    return ez_mailbox_is_receiver(mailbox) ? mailbox : NULL;
}

Test(mailbox, knows_who_has_taken_from_it_last)
{
    ez_mailbox mailbox;
    pthread_t thread;
    void *other = NULL;

    cr_assert(ez_mailbox_init(&mailbox));
    cr_expect(not(ez_mailbox_is_receiver(&mailbox)));
    cr_expect(eq(ptr, ez_mailbox_take(&mailbox), NULL));
    cr_expect(ez_mailbox_is_receiver(&mailbox));
    cr_assert(eq(int, pthread_create(&thread, NULL, is_receiver, &mailbox), 0));
    pthread_join(thread, &other);
    cr_expect(eq(ptr, other, NULL));
    ez_mailbox_deinit(&mailbox);
}

Test(mailbox, rings_once_for_a_burst_and_only_while_its_receiver_sleeps)
{
    ez_mailbox mailbox;
    letter letters[4] = {0};
    uint64_t count = 0;

    cr_assert(ez_mailbox_init(&mailbox));
    cr_expect(eq(int, rings(&mailbox), 0));
    ez_mailbox_push(&mailbox, &letters[0].message);
    ez_mailbox_push(&mailbox, &letters[1].message);
    cr_assert(eq(sz, (size_t)read(mailbox.bell, &count, sizeof count), sizeof count));
    cr_expect(eq(u64, count, 1));
    cr_assert(eq(sz, (size_t)write(mailbox.bell, &count, sizeof count), sizeof count));
    ez_mailbox_ring(&mailbox);
    ez_mailbox_take(&mailbox);
    ez_mailbox_push(&mailbox, &letters[2].message);
    cr_expect(eq(int, rings(&mailbox), 0), "it is awake, and will look");
    ez_mailbox_take(&mailbox);
    ez_mailbox_sleep(&mailbox);
    cr_expect(eq(int, rings(&mailbox), 0));
    ez_mailbox_push(&mailbox, &letters[3].message);
    cr_expect(eq(int, rings(&mailbox), 1));
    ez_mailbox_deinit(&mailbox);
}

Test(mailbox, does_not_fall_asleep_over_a_message)
{
    ez_mailbox mailbox;
    letter one = {0};

    cr_assert(ez_mailbox_init(&mailbox));
    cr_expect(eq(ptr, ez_mailbox_take(&mailbox), NULL));
    ez_mailbox_push(&mailbox, &one.message);
    ez_mailbox_sleep(&mailbox);
    cr_expect(eq(int, rings(&mailbox), 1));
    cr_expect(eq(ptr, ez_mailbox_take(&mailbox), &one));
    ez_mailbox_deinit(&mailbox);
}

Test(mailbox, a_ring_that_is_late_is_heard_once)
{
    ez_mailbox mailbox;
    uint64_t one = 1;

    cr_assert(ez_mailbox_init(&mailbox));
    atomic_store(&mailbox.lines->rung, true); /* as by a sender that has got so far */
    cr_expect(eq(ptr, ez_mailbox_take(&mailbox), NULL));
    cr_assert(eq(sz, (size_t)write(mailbox.bell, &one, sizeof one), sizeof one));
    cr_expect(eq(int, rings(&mailbox), 1));
    cr_expect(eq(ptr, ez_mailbox_take(&mailbox), NULL));
    cr_expect(eq(int, rings(&mailbox), 0), "or the receiver would never sleep again");
    ez_mailbox_ring(&mailbox);
    cr_expect(eq(int, rings(&mailbox), 1));
    ez_mailbox_deinit(&mailbox);
}

/* How often it was left out tells that it was tried. */
Test(mailbox, lingers_for_few_messages_and_sleeps_for_many)
{
    ez_mailbox mailbox;

    cr_assert(ez_mailbox_init(&mailbox));
    (void)ez_mailbox_take(&mailbox);
    ez_mailbox_linger(&mailbox, 0, NULL, NULL);
    ez_mailbox_linger(&mailbox, 1000, NULL, NULL);
    cr_expect(eq(u32, mailbox.linger.in_vain, 0));
    ez_mailbox_linger(&mailbox, 1, NULL, NULL);
    cr_expect(eq(u32, mailbox.linger.in_vain, 1));
    ez_mailbox_deinit(&mailbox);
}

Test(mailbox, lingers_no_longer_than_to_the_next_message_or_ring)
{
    ez_mailbox mailbox;
    letter one = {0};

    cr_assert(ez_mailbox_init(&mailbox));
    (void)ez_mailbox_take(&mailbox);
    ez_mailbox_push(&mailbox, &one.message);
    ez_mailbox_linger(&mailbox, 1, NULL, NULL);
    cr_expect(eq(u32, mailbox.linger.in_vain, 0));
    (void)ez_mailbox_take(&mailbox);
    ez_mailbox_ring(&mailbox);
    ez_mailbox_linger(&mailbox, 1, NULL, NULL);
    cr_expect(eq(u32, mailbox.linger.in_vain, 0));
    ez_mailbox_deinit(&mailbox);
}

enum { SENDERS = 4, LETTERS = 20000 };

typedef struct sender {
    ez_mailbox *mailbox;
    int number;
} sender;

static void *
send_all(void *argument)
{
    sender *self = argument;

    for (int i = 0; i < LETTERS; i++) {
        letter *one = calloc(1, sizeof *one);

        one->sender = self->number;
        one->number = i;
        ez_mailbox_push(self->mailbox, &one->message);
    }
    return NULL;
}

Test(mailbox, loses_and_reorders_nothing_of_four_senders_at_once)
{
    ez_mailbox mailbox;
    pthread_t threads[SENDERS];
    sender senders[SENDERS];
    int next[SENDERS] = {0};
    int received = 0;

    cr_assert(ez_mailbox_init(&mailbox));
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (sender){&mailbox, i};
        pthread_create(&threads[i], NULL, send_all, &senders[i]);
    }
    while (received < SENDERS * LETTERS) {
        struct pollfd poll_fd = {.fd = mailbox.bell, .events = POLLIN};

        ez_mailbox_sleep(&mailbox);
        cr_assert(eq(int, poll(&poll_fd, 1, PATIENCE_MS), 1), "a message without a ring");
        for (ez_message *at = ez_mailbox_take(&mailbox), *after; at != NULL; at = after) {
            letter *one = (letter *)at;

            after = at->next;
            cr_assert(eq(int, one->number, next[one->sender]++));
            received++;
            free(one);
        }
    }
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(threads[i], NULL);
    }
    ez_mailbox_deinit(&mailbox);
}
