package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"helm.sh/helm/v4/pkg/kube"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime/schema"
	documents "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/utils/lru"
	"sigs.k8s.io/yaml"
)

// Of many renders most documents are the same: they are read once. One that is larger than this is read each time.
const (
	documentsKept      = 1024
	documentLimitBytes = 64 << 10
)

var read = lru.New(documentsKept)

// A document that a template printed, as JSON, by the reader with which Helm reads what it applies.
type document struct {
	JSON json.RawMessage
	Kind schema.GroupVersionKind
	// What stands for several objects, and what says not what it is, is for Helm to judge.
	isObject bool
}

func readDocument(text []byte) (document, error) {
	key := sha256.Sum256(text)
	if found, isKnown := read.Get(key); isKnown {
		return found.(document), nil
	}
	converted, err := yaml.YAMLToJSON(text)
	if err != nil {
		return document{}, err
	}
	var head struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
	}
	// What is no object has no head.
	_ = json.Unmarshal(converted, &head)
	made := document{
		JSON:     converted,
		Kind:     schema.FromAPIVersionAndKind(head.APIVersion, head.Kind),
		isObject: head.APIVersion != "" && head.Kind != "" && !strings.HasSuffix(head.Kind, "List"),
	}
	if len(text) <= documentLimitBytes {
		read.Add(key, made)
	}
	return made, nil
}

// Cuts a stream of documents as Kubernetes' own tools do; empty ones are left out.
func readDocuments(text string) ([]document, error) {
	reader := documents.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	var all []document
	for {
		one, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		made, err := readDocument(one)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(made.JSON, []byte("null")) {
			all = append(all, made)
		}
	}
}

// Helm makes objects of what it rendered to find those that no cluster could take, which costs as much as to render. Where
// each is of a kind that the cluster knows there is nothing to find; where not, Helm says so.
type builder struct {
	kube.Interface
	mapper func() (meta.RESTMapper, error)
}

func (b builder) Build(manifest io.Reader, isValidated bool) (kube.ResourceList, error) {
	text, err := io.ReadAll(manifest)
	if err != nil {
		return nil, err
	}
	if b.takesAll(string(text)) {
		return nil, nil
	}
	return b.Interface.Build(bytes.NewReader(text), isValidated)
}

func (b builder) takesAll(text string) bool {
	all, err := readDocuments(text)
	if err != nil {
		return false
	}
	mapper, err := b.mapper()
	if err != nil {
		return false
	}
	for _, each := range all {
		if !each.isObject {
			return false
		}
		if _, err := mapper.RESTMapping(each.Kind.GroupKind(), each.Kind.Version); err != nil {
			return false
		}
	}
	return true
}

// Whether the cluster can be reached is seen where it is asked something.
func (b builder) IsReachable() error { return nil }
