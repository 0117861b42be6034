# Makes the keystores of this folder but for one.j*ks, with Java 17 in PATH:
#     LC_ALL=C.UTF-8 bash make.sh
set -euo pipefail
rm -f two.* chain.* words.* secrets.* one.pkcs12
pass=store-password
dates="-startdate 2026/01/01 -validity 20000"
# Small keys, and the lowest number of iterations that Java allows, so that the tests are fast.
pair="-genkeypair -keyalg RSA -keysize 1024 $dates"
quick=-J-Djdk.jceks.iterationCount=10000
for count in cert key mac; do
    name=$([ $count = mac ] && echo macIterationCount || echo ${count}PbeIterationCount)
    quick="$quick -J-Dkeystore.pkcs12.$name=1000"
done

# Two keys, each with a password of its own but in PKCS#12, and a trusted certificate.
for type in jks jceks pkcs12; do
    store="-storetype $type -keystore two.$type -storepass $pass $quick"
    for name in Planner Auditor; do
        own=$([ $type = pkcs12 ] || echo "-keypass key-$name")
        keytool $pair -alias $name -dname "CN=$name" $store $own
    done
    keytool -exportcert -alias Planner $store -file planner.cer
    keytool -importcert -noprompt -alias authority -file planner.cer $store
    rm planner.cer
done

# One key, as Java encrypts it by default.
keytool -genkeypair -keyalg RSA -keysize 2048 $dates -alias Planner -dname CN=Planner \
    -storetype pkcs12 -keystore one.pkcs12 -storepass $pass

# A key with the certificate of the authority that signed its own, and a trusted certificate.
for type in jks jceks; do
    store="-storetype $type -keystore chain.$type -storepass $pass $quick"
    for name in Planner Issuer Root; do
        keytool $pair -alias $name -dname "CN=$name" -ext bc=ca:true $store -keypass $pass
    done
    keytool -exportcert -alias Root $store -file root.cer
    sign() {
        keytool -certreq -alias "$1" $store -file request.pem
        keytool -gencert -alias "$2" $store -infile request.pem -outfile "$1.cer" -ext bc="$3" \
            $dates
        keytool -importcert -noprompt -trustcacerts -alias "$1" $store -file "$1.cer"
    }
    sign Issuer Root ca:true
    keytool -importcert -noprompt -alias trusted $store -file root.cer
    sign Planner Issuer ca:false
    keytool -delete -alias Issuer $store
    keytool -delete -alias Root $store
    rm ./*.cer request.pem
done

# Passwords and an alias that are not ASCII. SunJCE takes no such password for a key.
words='pässwörd 日本 🔑'
keytool $pair -alias 'plänner 日本 🔑' -dname CN=Planner -storetype jks -keystore words.jks \
    -storepass "$words" -keypass "key $words"
keytool $pair -alias 'plänner 日本 🔑' -dname CN=Planner -storetype jceks -keystore words.jceks \
    -storepass "$words" -keypass key-Planner $quick

# Secret keys before and between the private keys; Java orders entries by their alias's hash.
store="-storetype jceks -keystore secrets.jceks -storepass $pass $quick"
for name in Planner Accountant; do
    keytool $pair -alias $name -dname "CN=$name" $store -keypass "key-$name"
done
for name in owner token aes; do
    keytool -genseckey -alias $name -keyalg AES -keysize 128 $store -keypass "key-$name"
done
keytool -genseckey -alias des -keyalg DESede -keysize 168 $store -keypass key-des

# A salt with equal halves.
java Repeated.java
