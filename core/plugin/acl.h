/* SPDX-License-Identifier: MIT */
/* Who may write to a file beside those that its mode names: access control lists. */
#ifndef EZ_PLUGIN_ACL_H
#define EZ_PLUGIN_ACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A user or a group. */
typedef struct ez_acl_writer {
    bool is_group;
    uint32_t id;
} ez_acl_writer;

/* The first user or group other than root and user that a list gives the right to write, if the list
 * does; list is the extended attribute as the kernel tells it. */
bool ez_acl_find_writer(const uint8_t *list, size_t size, uid_t user, ez_acl_writer *out);

/* The same for what fd, which may be an O_PATH one, refers to. */
bool ez_acl_of_fd(int fd, uid_t user, ez_acl_writer *out);

#endif
