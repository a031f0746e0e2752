/* SPDX-License-Identifier: MIT */
/* Criterion 2.4.1 never frees the tree that it builds for all(), any() and none().  Nothing else is
 * forgiven.  A suppression would do, but looking for the names of functions takes the sanitizer a
 * quarter of a second in each test. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <dlfcn.h>
#include <sanitizer/lsan_interface.h>

struct cri_assert_node *
cri_assert_node_add(struct cri_assert_node *tree, struct cri_assert_node *node)
{
    struct cri_assert_node *(*add)(struct cri_assert_node *, struct cri_assert_node *) =
        dlsym(RTLD_NEXT, "cri_assert_node_add");
    struct cri_assert_node *added;

    __lsan_disable();
    added = add(tree, node);
    __lsan_enable();
    return added;
}
