package main

import (
	"sync"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/restmapper"
)

// What a cluster can do is the same for many renders, and to read it costs several times as much as to render.
const kindsKept = 8

type kinds struct {
	client discovery.CachedDiscoveryInterface
	mapper meta.RESTMapper
}

var known = struct {
	lock  sync.Mutex
	byKey map[string]kinds
	order []string
}{byKey: map[string]kinds{}}

// A cluster as Helm asks for it, with the kinds that were read under the same key before.
type cluster struct {
	genericclioptions.RESTClientGetter
	key string
}

func (c cluster) ToDiscoveryClient() (discovery.CachedDiscoveryInterface, error) {
	own, err := c.RESTClientGetter.ToDiscoveryClient()
	if err != nil || c.key == "" {
		return own, err
	}
	found, err := c.kinds(own)
	if err != nil {
		return nil, err
	}
	return shared{found.client, own}, nil
}

func (c cluster) ToRESTMapper() (meta.RESTMapper, error) {
	if c.key == "" {
		return c.RESTClientGetter.ToRESTMapper()
	}
	own, err := c.RESTClientGetter.ToDiscoveryClient()
	if err != nil {
		return nil, err
	}
	found, err := c.kinds(own)
	return found.mapper, err
}

// Only what was read whole is kept: whoever answered may be gone at the next request.
func (c cluster) kinds(own discovery.CachedDiscoveryInterface) (kinds, error) {
	known.lock.Lock()
	defer known.lock.Unlock()
	if found, isKnown := known.byKey[c.key]; isKnown {
		return found, nil
	}
	client := memory.NewMemCacheClient(own)
	if _, _, err := client.ServerGroupsAndResources(); err != nil {
		return kinds{}, err
	}
	read := kinds{client: client, mapper: restmapper.NewDeferredDiscoveryRESTMapper(shared{client, own})}
	known.byKey[c.key] = read
	known.order = append(known.order, c.key)
	if len(known.order) > kindsKept {
		delete(known.byKey, known.order[0])
		known.order = known.order[1:]
	}
	return read, nil
}

// The version is asked of the request's own cluster; what was read stays as it was.
type shared struct {
	discovery.CachedDiscoveryInterface
	own discovery.DiscoveryInterface
}

func (s shared) ServerVersion() (*version.Info, error) { return s.own.ServerVersion() }
func (s shared) Invalidate()                           {}
func (s shared) Fresh() bool                           { return true }
