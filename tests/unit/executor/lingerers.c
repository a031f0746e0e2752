/* SPDX-License-Identifier: MIT */
#include "executor/lingerers.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

typedef struct counted {
    bool has_nothing; /* to look at */
    int finds_at;     /* which look finds something; 0: none */
    int begins, looks, ends;
} counted;

static int
begin(void *user)
{
    counted *self = user;

    self->begins++;
    return !self->has_nothing;
}

static int
look(void *user)
{
    counted *self = user;

    return ++self->looks == self->finds_at;
}

static void
end(void *user)
{
    ((counted *)user)->ends++;
}

static execz_lingerer
lingerer_of(counted *user)
{
    return (execz_lingerer){
        .size = sizeof(execz_lingerer), .begin = begin, .look = look, .end = end, .user = user};
}

static void
set(ez_lingerers *self, counted *user)
{
    execz_lingerer one = lingerer_of(user);

    cr_assert(eq(int, ez_lingerers_set(self, user, &one), EXECZ_OK));
}

static void
wait_for(ez_lingerers *self, size_t expected)
{
    ez_mailbox mailbox;

    cr_assert(ez_mailbox_init(&mailbox));
    ez_lingerers_wait(self, &mailbox, expected);
    ez_mailbox_deinit(&mailbox);
}

Test(lingerers, are_asked_together_until_one_finds_something)
{
    ez_lingerers self = {0};
    counted one = {.finds_at = 1}, other = {0};

    set(&self, &one);
    set(&self, &other);
    wait_for(&self, 1);
    cr_expect(all(eq(int, one.begins, 1), eq(int, one.looks, 1), eq(int, one.ends, 1)));
    cr_expect(all(eq(int, other.begins, 1), eq(int, other.looks, 1), eq(int, other.ends, 1)));
}

Test(lingerers, without_anything_to_look_at_are_left_alone)
{
    ez_lingerers self = {0};
    counted one = {.has_nothing = true};

    set(&self, &one);
    wait_for(&self, 1);
    cr_expect(all(eq(int, one.begins, 1), eq(int, one.looks, 0), eq(int, one.ends, 0)));
}

Test(lingerers, are_not_asked_while_much_is_expected_or_nothing)
{
    ez_lingerers self = {0};
    counted one = {.finds_at = 1};

    set(&self, &one);
    wait_for(&self, 0);
    wait_for(&self, 1000);
    cr_expect(eq(int, one.begins, 0));
}

Test(lingerers, are_left_alone_while_waiting_is_left_out)
{
    ez_lingerers self = {0};
    counted one = {0};
    ez_mailbox mailbox;

    set(&self, &one);
    cr_assert(ez_mailbox_init(&mailbox));
    mailbox.linger.leave_out = 1;
    ez_lingerers_wait(&self, &mailbox, 1);
    cr_expect(eq(int, one.begins, 0));
    ez_lingerers_wait(&self, &mailbox, 1);
    cr_expect(eq(int, one.begins, 1));
    ez_mailbox_deinit(&mailbox);
}

Test(lingerers, are_left_alone_while_there_are_messages)
{
    ez_lingerers self = {0};
    counted one = {0};
    ez_message message;
    ez_mailbox mailbox;

    set(&self, &one);
    cr_assert(ez_mailbox_init(&mailbox));
    ez_mailbox_push(&mailbox, &message);
    ez_lingerers_wait(&self, &mailbox, 1);
    cr_expect(eq(int, one.begins, 0));
    ez_mailbox_deinit(&mailbox);
}

Test(lingerers, give_up_after_a_moment)
{
    ez_lingerers self = {0};
    counted one = {0};

    set(&self, &one);
    wait_for(&self, 1);
    cr_expect(all(gt(int, one.looks, 0), eq(int, one.ends, 1)));
}

Test(lingerers, can_be_removed_and_replaced)
{
    ez_lingerers self = {0};
    counted one = {.finds_at = 1}, other = {.finds_at = 1};
    execz_lingerer another = lingerer_of(&other);

    set(&self, &one);
    cr_expect(eq(int, ez_lingerers_set(&self, &one, &another), EXECZ_OK));
    wait_for(&self, 1);
    cr_expect(all(eq(int, one.begins, 0), eq(int, other.begins, 1)));
    cr_expect(eq(int, ez_lingerers_set(&self, &one, NULL), EXECZ_OK));
    cr_expect(eq(int, ez_lingerers_set(&self, &one, NULL), EXECZ_OK), "it is gone already");
    wait_for(&self, 1);
    cr_expect(eq(int, other.begins, 1));
}

Test(lingerers, are_refused_if_something_is_missing)
{
    ez_lingerers self = {0};
    counted user = {0};
    execz_lingerer one = lingerer_of(&user);

    one.size--;
    cr_expect(eq(int, ez_lingerers_set(&self, &user, &one), EXECZ_E_INVAL));
    one = lingerer_of(&user);
    one.begin = NULL;
    cr_expect(eq(int, ez_lingerers_set(&self, &user, &one), EXECZ_E_INVAL));
    one = lingerer_of(&user);
    one.look = NULL;
    cr_expect(eq(int, ez_lingerers_set(&self, &user, &one), EXECZ_E_INVAL));
    one = lingerer_of(&user);
    one.end = NULL;
    cr_expect(eq(int, ez_lingerers_set(&self, &user, &one), EXECZ_E_INVAL));
    cr_expect(eq(u32, self.n, 0));
}

Test(lingerers, are_so_many_at_most)
{
    ez_lingerers self = {0};
    counted all[EZ_LINGERERS_MAX + 1] = {{0}};
    execz_lingerer last = lingerer_of(&all[EZ_LINGERERS_MAX]);

    for (int i = 0; i < EZ_LINGERERS_MAX; i++) {
        set(&self, &all[i]);
    }
    cr_expect(eq(int, ez_lingerers_set(&self, &all[EZ_LINGERERS_MAX], &last), EXECZ_E_LIMIT));
    set(&self, &all[0]);
}
