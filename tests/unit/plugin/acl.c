/* SPDX-License-Identifier: MIT */
#include "plugin/acl.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <string.h>

#define UNDEFINED UINT32_MAX

/* An access control list as the kernel writes it. */
typedef struct list {
    uint8_t bytes[256];
    size_t size;
} list;

static list
make_list(void)
{
    list self = {.size = sizeof(uint32_t)};
    uint32_t version = GUINT32_TO_LE(POSIX_ACL_XATTR_VERSION);

    memcpy(self.bytes, &version, sizeof version);
    return self;
}

static void
add(list *self, unsigned tag, unsigned perm, uint32_t id)
{
    struct posix_acl_xattr_entry entry = {GUINT16_TO_LE((uint16_t)tag),
                                          GUINT16_TO_LE((uint16_t)perm), GUINT32_TO_LE(id)};

    memcpy(self->bytes + self->size, &entry, sizeof entry);
    self->size += sizeof entry;
}

/* Somebody else may write, as user 1000 sees it. */
static bool
find(const list *self, ez_acl_writer *out)
{
    /* A copy that ends where its memory ends, so that the address sanitizer sees a read behind it. */
    g_autofree uint8_t *copy = g_memdup2(self->bytes, self->size);

    return ez_acl_find_writer(copy, self->size, 1000, out);
}

Test(acl, a_user_who_may_write_is_found)
{
    list bob = make_list();
    ez_acl_writer writer;

    add(&bob, ACL_USER_OBJ, ACL_READ | ACL_WRITE, UNDEFINED);
    add(&bob, ACL_USER, ACL_READ, 1001);
    add(&bob, ACL_USER, ACL_READ | ACL_WRITE, 1002);
    add(&bob, ACL_MASK, ACL_READ | ACL_WRITE, UNDEFINED);
    cr_assert(find(&bob, &writer));
    cr_expect(not(writer.is_group));
    cr_expect(eq(u32, writer.id, 1002));
}

Test(acl, a_group_that_may_write_is_found)
{
    list staff = make_list();
    ez_acl_writer writer;

    add(&staff, ACL_GROUP, ACL_WRITE, 50);
    cr_assert(find(&staff, &writer));
    cr_expect(writer.is_group);
    cr_expect(eq(u32, writer.id, 50));
}

Test(acl, what_the_mask_takes_away_nobody_may)
{
    list masked = make_list();
    ez_acl_writer writer;

    add(&masked, ACL_USER, ACL_READ | ACL_WRITE, 1002);
    add(&masked, ACL_MASK, ACL_READ, UNDEFINED);
    cr_expect(not(find(&masked, &writer)));
}

Test(acl, root_and_the_user_who_runs_execz_are_nobody_else)
{
    list ours = make_list();
    ez_acl_writer writer;

    add(&ours, ACL_USER, ACL_WRITE, 0);
    add(&ours, ACL_USER, ACL_WRITE, 1000);
    add(&ours, ACL_GROUP, ACL_WRITE, 0);
    add(&ours, ACL_OTHER, ACL_WRITE, UNDEFINED); /* which the mode says, too */
    cr_expect(not(find(&ours, &writer)));
}

Test(acl, a_list_that_is_cut_off_or_of_another_version_grants_nothing)
{
    list cut = make_list();
    ez_acl_writer writer;

    add(&cut, ACL_USER, ACL_WRITE, 1002);
    for (cut.size--; cut.size > 0; cut.size--) {
        cr_expect(not(find(&cut, &writer)), "%zu", cut.size);
    }
    add(&cut, ACL_USER, ACL_WRITE, 1002);
    cr_expect(not(find(&cut, &writer)));
}

Test(acl, a_descriptor_of_what_has_no_list_has_no_writer)
{
    ez_acl_writer writer;

    cr_expect(not(ez_acl_of_fd(0, 1000, &writer)));
    cr_expect(not(ez_acl_of_fd(-1, 1000, &writer)));
}
