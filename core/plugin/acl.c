/* SPDX-License-Identifier: MIT */
/*
 * A list shows in the mode only as the most that it grants to anybody: the bits of the group are its
 * mask.  Where the group is root's and may write, or the mask says more than the group has, the mode
 * alone does not tell who that is.
 *
 * Rejected: libacl, a dependency for reading eight bytes at a time.
 */
#include "plugin/acl.h"

#include <glib.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#define LIST_SIZE_MAX 65536u /* the kernel's limit of an attribute */

static bool
is_stranger(unsigned tag, uint32_t id, uid_t user)
{
    return id != 0 && (tag == ACL_GROUP || (tag == ACL_USER && id != user));
}

/* What a list may say at most; everything if it has no mask. */
static unsigned
mask_of(const uint8_t *list, size_t size)
{
    struct posix_acl_xattr_entry entry;

    for (size_t at = sizeof(struct posix_acl_xattr_header); size - at >= sizeof entry;
         at += sizeof entry) {
        memcpy(&entry, list + at, sizeof entry);
        if (GUINT16_FROM_LE(entry.e_tag) == ACL_MASK) {
            return GUINT16_FROM_LE(entry.e_perm);
        }
    }
    return ~0u;
}

bool
ez_acl_find_writer(const uint8_t *list, size_t size, uid_t user, ez_acl_writer *out)
{
    struct posix_acl_xattr_header header;
    struct posix_acl_xattr_entry entry;

    if (size < sizeof header) {
        return false;
    }
    memcpy(&header, list, sizeof header);
    if (GUINT32_FROM_LE(header.a_version) != POSIX_ACL_XATTR_VERSION ||
        (mask_of(list, size) & ACL_WRITE) == 0) {
        return false;
    }
    for (size_t at = sizeof header; size - at >= sizeof entry; at += sizeof entry) {
        unsigned tag;

        memcpy(&entry, list + at, sizeof entry);
        tag = GUINT16_FROM_LE(entry.e_tag);
        if ((tag == ACL_USER || tag == ACL_GROUP) &&
            (GUINT16_FROM_LE(entry.e_perm) & ACL_WRITE) != 0 &&
            is_stranger(tag, GUINT32_FROM_LE(entry.e_id), user)) {
            *out = (ez_acl_writer){tag == ACL_GROUP, GUINT32_FROM_LE(entry.e_id)};
            return true;
        }
    }
    return false;
}

bool
ez_acl_of_fd(int fd, uid_t user, ez_acl_writer *out)
{
    g_autofree uint8_t *list = NULL;
    char name[64];
    ssize_t size;

    snprintf(name, sizeof name, "/proc/self/fd/%d", fd); /* fgetxattr() takes no O_PATH */
    size = getxattr(name, "system.posix_acl_access", NULL, 0);
    if (size <= 0 || (size_t)size > LIST_SIZE_MAX) {
        return false; /* mostly: none, or a file system without lists */
    }
    list = g_malloc((gsize)size);
    size = getxattr(name, "system.posix_acl_access", list, (size_t)size);
    return size > 0 && ez_acl_find_writer(list, (size_t)size, user, out);
}
