/* SPDX-License-Identifier: MIT */
#include "executor/lingerers.h"

static uint32_t
find(const ez_lingerers *self, const void *owner)
{
    uint32_t at = 0;

    while (at < self->n && self->places[at].owner != owner) {
        at++;
    }
    return at;
}

static bool
is_whole(const execz_lingerer *one)
{
    return one->size >= sizeof *one && one->begin != NULL && one->look != NULL && one->end != NULL;
}

execz_status
ez_lingerers_set(ez_lingerers *self, const void *owner, const execz_lingerer *one)
{
    uint32_t at = find(self, owner);

    if (one == NULL) {
        if (at < self->n) {
            self->places[at] = self->places[--self->n];
        }
        return EXECZ_OK;
    }
    if (!is_whole(one)) {
        return EXECZ_E_INVAL;
    }
    if (at == EZ_LINGERERS_MAX) {
        return EXECZ_E_LIMIT;
    }
    self->places[at].owner = owner;
    self->places[at].one = *one;
    self->n += at == self->n;
    return EXECZ_OK;
}

static void
begin_all(ez_lingerers *self)
{
    self->begun = 0;
    for (uint32_t i = 0; i < self->n; i++) {
        const execz_lingerer *one = &self->places[i].one;

        self->begun |= one->begin(one->user) ? UINT32_C(1) << i : 0;
    }
}

static int
look(void *of)
{
    const ez_lingerers *self = of;
    int found = 0;

    for (uint32_t i = 0; i < self->n; i++) {
        const execz_lingerer *one = &self->places[i].one;

        found |= (self->begun >> i & 1) != 0 && one->look(one->user);
    }
    return found;
}

static void
end_all(ez_lingerers *self)
{
    for (uint32_t i = 0; i < self->n; i++) {
        const execz_lingerer *one = &self->places[i].one;

        if ((self->begun >> i & 1) != 0) {
            one->end(one->user);
        }
    }
    self->begun = 0;
}

void
ez_lingerers_wait(ez_lingerers *self, ez_mailbox *mailbox, size_t expected)
{
    if (self->n == 0 || !ez_mailbox_expects_few(expected) || !ez_mailbox_would_linger(mailbox)) {
        ez_mailbox_linger(mailbox, expected, NULL, NULL);
        return;
    }
    begin_all(self);
    ez_mailbox_linger(mailbox, expected, self->begun != 0 ? look : NULL, self);
    end_all(self);
}
