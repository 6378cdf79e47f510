package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

// What a cluster can do is the same for many renders, and to read it costs several times as much as to render.
const kindsKept = 8

var connections = &http.Transport{MaxIdleConnsPerHost: 16, IdleConnTimeout: time.Minute}

type kinds struct {
	client  discovery.CachedDiscoveryInterface
	mapper  meta.RESTMapper
	version *version.Info
	// Answers to each lookup's own question which kinds a group has, by path.
	groups *sync.Map
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
	// Helm asks for it many times in one render, and the kubeconfig would be read as often.
	config func() (*rest.Config, error)
}

func newCluster(getter genericclioptions.RESTClientGetter, key string) cluster {
	// Each lookup makes a client of its own.
	lookups := &sync.Map{}
	return cluster{getter, key, sync.OnceValues(func() (*rest.Config, error) {
		config, err := getter.ToRESTConfig()
		if err != nil {
			return nil, err
		}
		// Whoever answers is on loopback, and sets its own pace.
		config.QPS = -1
		if key != "" {
			config.Transport = connections
			config.Wrap(func(next http.RoundTripper) http.RoundTripper { return remembering{next, key, lookups} })
		}
		return config, nil
	})}
}

func (c cluster) ToRESTConfig() (*rest.Config, error) { return c.config() }

func (c cluster) ToDiscoveryClient() (discovery.CachedDiscoveryInterface, error) {
	if c.key == "" {
		return c.RESTClientGetter.ToDiscoveryClient()
	}
	found, err := c.kinds()
	if err != nil {
		return nil, err
	}
	return shared{found.client, found.version}, nil
}

func (c cluster) ToRESTMapper() (meta.RESTMapper, error) {
	if c.key == "" {
		return c.RESTClientGetter.ToRESTMapper()
	}
	found, err := c.kinds()
	return found.mapper, err
}

// Only what was read whole is kept: whoever answered may be gone at the next request.
func (c cluster) kinds() (kinds, error) {
	known.lock.Lock()
	defer known.lock.Unlock()
	if found, isKnown := known.byKey[c.key]; isKnown {
		return found, nil
	}
	// Not by what remembers, which waits for the lock.
	config, err := c.RESTClientGetter.ToRESTConfig()
	if err != nil {
		return kinds{}, err
	}
	own, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return kinds{}, err
	}
	client := memory.NewMemCacheClient(own)
	serverVersion, err := own.ServerVersion()
	if err != nil {
		return kinds{}, err
	}
	if _, _, err := client.ServerGroupsAndResources(); err != nil {
		return kinds{}, err
	}
	read := kinds{
		client:  client,
		mapper:  restmapper.NewDeferredDiscoveryRESTMapper(shared{client, serverVersion}),
		version: serverVersion,
		groups:  &sync.Map{},
	}
	known.byKey[c.key] = read
	known.order = append(known.order, c.key)
	if len(known.order) > kindsKept {
		delete(known.byKey, known.order[0])
		known.order = known.order[1:]
	}
	return read, nil
}

// Never asked anew: the key names what it says.
type shared struct {
	discovery.CachedDiscoveryInterface
	version *version.Info
}

func (s shared) ServerVersion() (*version.Info, error) { return s.version, nil }
func (s shared) Invalidate()                           {}
func (s shared) Fresh() bool                           { return true }

// Answers which kinds a group has, as it was answered before under the same key, and of what one render looks up, as it was answered
// before to this render: the helpers of a chart look the same Secret up a dozen times, and nobody changes it meanwhile.
type remembering struct {
	next    http.RoundTripper
	key     string
	lookups *sync.Map
}

type reply struct {
	status int
	body   []byte
}

func (r remembering) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Method != http.MethodGet {
		return r.next.RoundTrip(request)
	}
	known.lock.Lock()
	found, isKnown := known.byKey[r.key]
	known.lock.Unlock()
	group, isGroup := groupOf(request.URL.Path)
	replies, name := r.lookups, request.URL.RequestURI()
	if isKnown && isGroup {
		replies, name = found.groups, group
	}
	if before, isThere := replies.Load(name); isThere {
		return answered(request, before.(reply)), nil
	}
	response, err := r.next.RoundTrip(request)
	if err != nil || (response.StatusCode != http.StatusOK && response.StatusCode != http.StatusNotFound) {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	if isGroup && response.StatusCode == http.StatusOK {
		body = namesAlone(body)
	}
	made := reply{response.StatusCode, body}
	if !isGroup || response.StatusCode == http.StatusOK {
		replies.Store(name, made)
	}
	return answered(request, made), nil
}

// A lookup wants to know what a kind is called, and reads all that is said of the whole group for it.
func namesAlone(list []byte) []byte {
	var read metav1.APIResourceList
	if err := json.Unmarshal(list, &read); err != nil {
		return list
	}
	var short []metav1.APIResource
	for _, each := range read.APIResources {
		if !strings.Contains(each.Name, "/") {
			short = append(short, metav1.APIResource{Name: each.Name, Kind: each.Kind, Namespaced: each.Namespaced, Group: each.Group, Version: each.Version})
		}
	}
	read.APIResources = short
	made, err := json.Marshal(read)
	if err != nil {
		return list
	}
	return made
}

// A path that asks for the kinds of one group and version: `api/v1` or `apis/apps/v1`, behind what leads to the server.
func groupOf(path string) (string, bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for index, part := range parts {
		rest := len(parts) - index
		if (part == "api" && rest == 2) || (part == "apis" && rest == 3) {
			return strings.Join(parts[index:], "/"), true
		}
		if part == "api" || part == "apis" {
			return "", false
		}
	}
	return "", false
}

func answered(request *http.Request, given reply) *http.Response {
	return &http.Response{
		StatusCode:    given.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(bytes.NewReader(given.body)),
		ContentLength: int64(len(given.body)),
		Request:       request,
	}
}
