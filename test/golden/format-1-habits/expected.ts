/** What version 0.1.0 found when it opened the logs beside this file. Written by `make-habits.ts`. */
import type { Found } from '../habits/index.ts';

export const expected: Readonly<Record<string, Found>> = {
  'one-object-in-two-tables': {
    sequence: 1,
    atomic: '3ce4bccfac831bfc16e9555ecb9c91f22aa78b0684628c1f60c577471760cfc2',
    direct: '3ce4bccfac831bfc16e9555ecb9c91f22aa78b0684628c1f60c577471760cfc2',
  },
  'one-object-in-two-tables.replay': {
    sequence: 1,
    atomic: '3ce4bccfac831bfc16e9555ecb9c91f22aa78b0684628c1f60c577471760cfc2',
    direct: '3ce4bccfac831bfc16e9555ecb9c91f22aa78b0684628c1f60c577471760cfc2',
  },
  'one-object-in-two-tables-changed-in-one': {
    sequence: 2,
    atomic: '6eb9a37eccae6230277e63097eddb710299f75cd7da7ba27b321dc158d76c96d',
    direct: '6eb9a37eccae6230277e63097eddb710299f75cd7da7ba27b321dc158d76c96d',
  },
  'one-object-in-two-tables-changed-in-one.replay': {
    sequence: 2,
    atomic: 'ef96fe5a82338f891d777e57373988d03187f1323c1a55ca46872e78d36ce6c7',
    direct: 'ef96fe5a82338f891d777e57373988d03187f1323c1a55ca46872e78d36ce6c7',
  },
  'one-array-in-two-properties-changed-in-one': {
    sequence: 2,
    atomic: '6277ef735fda2dcfa50f64f0ad35438635c0553cb065ada039e931fdef0b6362',
    direct: '6277ef735fda2dcfa50f64f0ad35438635c0553cb065ada039e931fdef0b6362',
  },
  'one-array-in-two-properties-changed-in-one.replay': {
    sequence: 2,
    atomic: '1b87c409646426515b7ec1e566eff0a6cff0614f78e66564a78df978fab1b69b',
    direct: '1b87c409646426515b7ec1e566eff0a6cff0614f78e66564a78df978fab1b69b',
  },
  'an-entry-copied-by-reference-to-another-table': {
    sequence: 3,
    atomic: '84addac0850d2c0492e0068c15b4bf5ebdd722c8cd54c9410e6f39122f377b3a',
    direct: '84addac0850d2c0492e0068c15b4bf5ebdd722c8cd54c9410e6f39122f377b3a',
  },
  'an-entry-copied-by-reference-to-another-table.replay': {
    sequence: 3,
    atomic: 'e3f6bcf5a13edab3fb763194af010d1dd53cec1f9cf734c8178467515196a631',
    direct: 'e3f6bcf5a13edab3fb763194af010d1dd53cec1f9cf734c8178467515196a631',
  },
  'an-entry-moved-to-another-table': {
    sequence: 3,
    atomic: '3a89e15052f1744e03c6a22fd3b02bbcc529d7d34743a5cbd094a9b4efc7c25d',
    direct: '3a89e15052f1744e03c6a22fd3b02bbcc529d7d34743a5cbd094a9b4efc7c25d',
  },
  'an-entry-moved-to-another-table.replay': {
    sequence: 3,
    atomic: '3a89e15052f1744e03c6a22fd3b02bbcc529d7d34743a5cbd094a9b4efc7c25d',
    direct: '3a89e15052f1744e03c6a22fd3b02bbcc529d7d34743a5cbd094a9b4efc7c25d',
  },
  'an-object-within-itself-twice': {
    sequence: 1,
    atomic: 'c605a718a6fc9b276ea1947dcdcc2233e6710999e690e894d8f026a865f6fc5a',
    direct: 'c605a718a6fc9b276ea1947dcdcc2233e6710999e690e894d8f026a865f6fc5a',
  },
  'an-object-within-itself-twice.replay': {
    sequence: 1,
    atomic: 'c605a718a6fc9b276ea1947dcdcc2233e6710999e690e894d8f026a865f6fc5a',
    direct: 'c605a718a6fc9b276ea1947dcdcc2233e6710999e690e894d8f026a865f6fc5a',
  },
  'data-in-two-places': {
    sequence: 2,
    atomic: '7f9cce4d3cd6e54120e2a03e6e7030311e73c27f461d01320fccfc95f290ce48',
    direct: '7f9cce4d3cd6e54120e2a03e6e7030311e73c27f461d01320fccfc95f290ce48',
  },
  'data-in-two-places.replay': {
    sequence: 2,
    atomic: 'e5c5c1c8e30421fda7c6c24d8df0da15b865378a205526fdfd10c1b65d31b228',
    direct: 'e5c5c1c8e30421fda7c6c24d8df0da15b865378a205526fdfd10c1b65d31b228',
  },
  'data-and-event-data': {
    sequence: 1,
    atomic: 'a78d3850833488adc39470491bc12fa901eabc6f000749114f2c03644800c1c0',
    direct: 'a78d3850833488adc39470491bc12fa901eabc6f000749114f2c03644800c1c0',
  },
  'data-and-event-data.replay': {
    sequence: 1,
    atomic: 'a78d3850833488adc39470491bc12fa901eabc6f000749114f2c03644800c1c0',
    direct: 'a78d3850833488adc39470491bc12fa901eabc6f000749114f2c03644800c1c0',
  },
  'the-event-itself-is-kept': {
    sequence: 2,
    atomic: '8bcf3b7062c7bc96ba0936cb02228864235a8f7cb38ce1e8f8d55a8fd57e81ed',
    direct: '8bcf3b7062c7bc96ba0936cb02228864235a8f7cb38ce1e8f8d55a8fd57e81ed',
  },
  'the-event-itself-is-kept.replay': {
    sequence: 2,
    atomic: '8bcf3b7062c7bc96ba0936cb02228864235a8f7cb38ce1e8f8d55a8fd57e81ed',
    direct: '8bcf3b7062c7bc96ba0936cb02228864235a8f7cb38ce1e8f8d55a8fd57e81ed',
  },
  'meta-put-into-the-state-and-changed-later': {
    sequence: 2,
    atomic: 'b37b63104157877d52dd97b9bcec8574a49cf1a4d0700c77a3e9950b4e766f76',
    direct: 'b37b63104157877d52dd97b9bcec8574a49cf1a4d0700c77a3e9950b4e766f76',
  },
  'meta-put-into-the-state-and-changed-later.replay': {
    sequence: 2,
    atomic: 'b37b63104157877d52dd97b9bcec8574a49cf1a4d0700c77a3e9950b4e766f76',
    direct: 'b37b63104157877d52dd97b9bcec8574a49cf1a4d0700c77a3e9950b4e766f76',
  },
  'meta-in-two-places': {
    sequence: 1,
    atomic: 'd97fa6c7d2af602ab386b2417184b9c4ff790c9a8e2dba0ac3231007505ac224',
    direct: 'd97fa6c7d2af602ab386b2417184b9c4ff790c9a8e2dba0ac3231007505ac224',
  },
  'meta-in-two-places.replay': {
    sequence: 1,
    atomic: 'd97fa6c7d2af602ab386b2417184b9c4ff790c9a8e2dba0ac3231007505ac224',
    direct: 'd97fa6c7d2af602ab386b2417184b9c4ff790c9a8e2dba0ac3231007505ac224',
  },
  'the-event-is-changed': {
    sequence: 1,
    atomic: '2521b24a4f98f65831652fa7b30567728211fcd7f636baf3edd67eb4e375e758',
    direct: '2521b24a4f98f65831652fa7b30567728211fcd7f636baf3edd67eb4e375e758',
  },
  'the-event-is-changed.replay': {
    sequence: 1,
    atomic: '2521b24a4f98f65831652fa7b30567728211fcd7f636baf3edd67eb4e375e758',
    direct: '2521b24a4f98f65831652fa7b30567728211fcd7f636baf3edd67eb4e375e758',
  },
  'data-changed-after-it-was-stored': {
    sequence: 1,
    atomic: '88223553e60944abe115835082f97be3c2104389bcc1686e5eb66babb28482be',
    direct: '88223553e60944abe115835082f97be3c2104389bcc1686e5eb66babb28482be',
  },
  'data-changed-after-it-was-stored.replay': {
    sequence: 1,
    atomic: '88223553e60944abe115835082f97be3c2104389bcc1686e5eb66babb28482be',
    direct: '88223553e60944abe115835082f97be3c2104389bcc1686e5eb66babb28482be',
  },
  'frozen-deeply': {
    sequence: 2,
    atomic: '21250b7c6aae5e964447e3e28f761ad73a4854b17a498d1cd2d01bc704e7a938',
    direct: '21250b7c6aae5e964447e3e28f761ad73a4854b17a498d1cd2d01bc704e7a938',
  },
  'frozen-deeply.replay': {
    sequence: 2,
    atomic: '21250b7c6aae5e964447e3e28f761ad73a4854b17a498d1cd2d01bc704e7a938',
    direct: '21250b7c6aae5e964447e3e28f761ad73a4854b17a498d1cd2d01bc704e7a938',
  },
  'frozen-shallowly': {
    sequence: 2,
    atomic: '62e38d850cfd1b702f5720ba1e8bb6e2b9df22ad2580c60434a10410a584ad57',
    direct: '62e38d850cfd1b702f5720ba1e8bb6e2b9df22ad2580c60434a10410a584ad57',
  },
  'frozen-shallowly.replay': {
    sequence: 2,
    atomic: '62e38d850cfd1b702f5720ba1e8bb6e2b9df22ad2580c60434a10410a584ad57',
    direct: '62e38d850cfd1b702f5720ba1e8bb6e2b9df22ad2580c60434a10410a584ad57',
  },
  'a-frozen-array-and-a-frozen-map': {
    sequence: 1,
    atomic: 'c702f42bb2a3e5ea62f74fcaddc67a04f9fcc0d1f2cc768466c602cd5ef3920e',
    direct: 'c702f42bb2a3e5ea62f74fcaddc67a04f9fcc0d1f2cc768466c602cd5ef3920e',
  },
  'a-frozen-array-and-a-frozen-map.replay': {
    sequence: 1,
    atomic: 'c702f42bb2a3e5ea62f74fcaddc67a04f9fcc0d1f2cc768466c602cd5ef3920e',
    direct: 'c702f42bb2a3e5ea62f74fcaddc67a04f9fcc0d1f2cc768466c602cd5ef3920e',
  },
  'frozen-and-in-two-places': {
    sequence: 1,
    atomic: '95cb49f704ae3a63bef48499be0ae7f24e1652de521994c9f02b2cb348d9aec2',
    direct: '95cb49f704ae3a63bef48499be0ae7f24e1652de521994c9f02b2cb348d9aec2',
  },
  'frozen-and-in-two-places.replay': {
    sequence: 1,
    atomic: '95cb49f704ae3a63bef48499be0ae7f24e1652de521994c9f02b2cb348d9aec2',
    direct: '95cb49f704ae3a63bef48499be0ae7f24e1652de521994c9f02b2cb348d9aec2',
  },
  'a-module-constant-once': {
    sequence: 1,
    atomic: '9a1bd8f78d87ae8c6895454e2b6448addcce94c51b8ca401649a64e285cde0a0',
    direct: '9a1bd8f78d87ae8c6895454e2b6448addcce94c51b8ca401649a64e285cde0a0',
  },
  'a-module-constant-once.replay': {
    sequence: 1,
    atomic: '9a1bd8f78d87ae8c6895454e2b6448addcce94c51b8ca401649a64e285cde0a0',
    direct: '9a1bd8f78d87ae8c6895454e2b6448addcce94c51b8ca401649a64e285cde0a0',
  },
  'a-module-constant-frozen': {
    sequence: 3,
    atomic: 'ca64b17a2004c1bc805e01196bb8ba5355afd37d47ad5efbf3c883a160807c5f',
    direct: 'ca64b17a2004c1bc805e01196bb8ba5355afd37d47ad5efbf3c883a160807c5f',
  },
  'a-module-constant-frozen.replay': {
    sequence: 3,
    atomic: 'ca64b17a2004c1bc805e01196bb8ba5355afd37d47ad5efbf3c883a160807c5f',
    direct: 'ca64b17a2004c1bc805e01196bb8ba5355afd37d47ad5efbf3c883a160807c5f',
  },
  'a-module-constant-again-and-again': {
    sequence: 3,
    atomic: 'f5ebad72005095c43e9c458b49f8bb6b9c25114c6a99b5efd37cbf8825443338',
    direct: 'f5ebad72005095c43e9c458b49f8bb6b9c25114c6a99b5efd37cbf8825443338',
  },
  'a-module-constant-again-and-again.replay': {
    sequence: 3,
    atomic: 'f5ebad72005095c43e9c458b49f8bb6b9c25114c6a99b5efd37cbf8825443338',
    direct: 'f5ebad72005095c43e9c458b49f8bb6b9c25114c6a99b5efd37cbf8825443338',
  },
  'a-module-constant-changed-through-the-state': {
    sequence: 4,
    atomic: 'd43ccaacff75ddf0091195fc1b5ea03d50142c2a9d9d16eac314b781035de8cc',
    direct: 'd43ccaacff75ddf0091195fc1b5ea03d50142c2a9d9d16eac314b781035de8cc',
  },
  'a-module-constant-changed-through-the-state.replay': {
    sequence: 4,
    atomic: '9bc98ae35fc1c0d785b1d4fa4953296086ca65903f61bdca9b6a712636ad06be',
    direct: '9bc98ae35fc1c0d785b1d4fa4953296086ca65903f61bdca9b6a712636ad06be',
  },
  'a-reference-kept-from-an-earlier-event-and-read': {
    sequence: 2,
    atomic: '2370400a300a4d2e83804f33f1afe2d50e6422266909aedda32e1cbf4e0e6b29',
    direct: '2370400a300a4d2e83804f33f1afe2d50e6422266909aedda32e1cbf4e0e6b29',
  },
  'a-reference-kept-from-an-earlier-event-and-read.replay': {
    sequence: 2,
    atomic: '2370400a300a4d2e83804f33f1afe2d50e6422266909aedda32e1cbf4e0e6b29',
    direct: '2370400a300a4d2e83804f33f1afe2d50e6422266909aedda32e1cbf4e0e6b29',
  },
  'a-reference-kept-and-put-in-again': {
    sequence: 2,
    atomic: '55bb5bc3c90d64f00d5b2bafe8ec56e868172842443f1fd637efce0224733e94',
    direct: '55bb5bc3c90d64f00d5b2bafe8ec56e868172842443f1fd637efce0224733e94',
  },
  'a-reference-kept-and-put-in-again.replay': {
    sequence: 2,
    atomic: '55bb5bc3c90d64f00d5b2bafe8ec56e868172842443f1fd637efce0224733e94',
    direct: '55bb5bc3c90d64f00d5b2bafe8ec56e868172842443f1fd637efce0224733e94',
  },
  'a-counter-in-the-module': {
    sequence: 3,
    atomic: '49b108230d31b3bb525e4c7c372cee84ba03209cb35033fcb5e4aea4c928aa50',
    direct: '49b108230d31b3bb525e4c7c372cee84ba03209cb35033fcb5e4aea4c928aa50',
  },
  'a-counter-in-the-module.replay': {
    sequence: 3,
    atomic: '49b108230d31b3bb525e4c7c372cee84ba03209cb35033fcb5e4aea4c928aa50',
    direct: '49b108230d31b3bb525e4c7c372cee84ba03209cb35033fcb5e4aea4c928aa50',
  },
  'initial-state-the-same-object-each-time': {
    sequence: 1,
    atomic: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
    direct: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
  },
  'initial-state-the-same-object-each-time.replay': {
    sequence: 1,
    atomic: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
    direct: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
  },
  'initial-state-spread-from-one-object': {
    sequence: 2,
    atomic: 'dea32eb5fad2b39f3739930ae041cbeecd452d6a9ce6b65746f9e197d1ea0c2e',
    direct: 'dea32eb5fad2b39f3739930ae041cbeecd452d6a9ce6b65746f9e197d1ea0c2e',
  },
  'initial-state-spread-from-one-object.replay': {
    sequence: 2,
    atomic: 'dea32eb5fad2b39f3739930ae041cbeecd452d6a9ce6b65746f9e197d1ea0c2e',
    direct: 'dea32eb5fad2b39f3739930ae041cbeecd452d6a9ce6b65746f9e197d1ea0c2e',
  },
  'initial-state-with-a-table-of-the-module': {
    sequence: 2,
    atomic: '4bc4d9a9fc0849cba9738c89b81913b1dd2ec41fcdcf1a396d12fe7fe02e65d5',
    direct: '4bc4d9a9fc0849cba9738c89b81913b1dd2ec41fcdcf1a396d12fe7fe02e65d5',
  },
  'initial-state-with-a-table-of-the-module.replay': {
    sequence: 2,
    atomic: '4bc4d9a9fc0849cba9738c89b81913b1dd2ec41fcdcf1a396d12fe7fe02e65d5',
    direct: '4bc4d9a9fc0849cba9738c89b81913b1dd2ec41fcdcf1a396d12fe7fe02e65d5',
  },
  'initial-state-frozen': {
    sequence: 1,
    atomic: '41d0107d9fd3bf9a0627a2f2036152fbf1da4b2ce20ea4a82e0834fa99cef299',
    direct: '41d0107d9fd3bf9a0627a2f2036152fbf1da4b2ce20ea4a82e0834fa99cef299',
  },
  'initial-state-frozen.replay': {
    sequence: 1,
    atomic: '41d0107d9fd3bf9a0627a2f2036152fbf1da4b2ce20ea4a82e0834fa99cef299',
    direct: '41d0107d9fd3bf9a0627a2f2036152fbf1da4b2ce20ea4a82e0834fa99cef299',
  },
  'initial-state-frozen-deeply': {
    sequence: 1,
    atomic: '2278639f79a9a669e72e6eeea082aaa0cbdb3c95be0e1373bbffba9ee38d4cda',
    direct: '2278639f79a9a669e72e6eeea082aaa0cbdb3c95be0e1373bbffba9ee38d4cda',
  },
  'initial-state-frozen-deeply.replay': {
    sequence: 1,
    atomic: '2278639f79a9a669e72e6eeea082aaa0cbdb3c95be0e1373bbffba9ee38d4cda',
    direct: '2278639f79a9a669e72e6eeea082aaa0cbdb3c95be0e1373bbffba9ee38d4cda',
  },
  'initial-state-with-a-shared-part': {
    sequence: 1,
    atomic: '973d5516445710bed38d99efd38d8646d04611712cda00f3c3e7a06743b99d02',
    direct: '973d5516445710bed38d99efd38d8646d04611712cda00f3c3e7a06743b99d02',
  },
  'initial-state-with-a-shared-part.replay': {
    sequence: 1,
    atomic: 'ba1136e2c3ca336f259b9817638a591778f6fd2d8f740e4f0b6c7d109142133e',
    direct: 'ba1136e2c3ca336f259b9817638a591778f6fd2d8f740e4f0b6c7d109142133e',
  },
  'initial-state-with-a-shared-table': {
    sequence: 1,
    atomic: '7b6fcc6faeeaf50e8837aca936cbd1b8d4529f6b42270121726f98402d5acfe2',
    direct: '7b6fcc6faeeaf50e8837aca936cbd1b8d4529f6b42270121726f98402d5acfe2',
  },
  'initial-state-with-a-shared-table.replay': {
    sequence: 1,
    atomic: '124f9923d47a07958071d4cd731a0bc71e4b45288b5093a3de0b89ef2a55680b',
    direct: '124f9923d47a07958071d4cd731a0bc71e4b45288b5093a3de0b89ef2a55680b',
  },
  'initial-state-of-null-prototype': {
    sequence: 1,
    atomic: '3565175661e1bf89bba545919be51fd84b293ea83991c545fafe0d8146ae1ab7',
    direct: '3565175661e1bf89bba545919be51fd84b293ea83991c545fafe0d8146ae1ab7',
  },
  'initial-state-of-null-prototype.replay': {
    sequence: 1,
    atomic: '3565175661e1bf89bba545919be51fd84b293ea83991c545fafe0d8146ae1ab7',
    direct: '3565175661e1bf89bba545919be51fd84b293ea83991c545fafe0d8146ae1ab7',
  },
  'a-table-put-into-two-properties': {
    sequence: 3,
    atomic: 'cfc735ec7b853125d32a478f912e7e68049f71b04f0c52bb6c12977b3e34bef2',
    direct: 'cfc735ec7b853125d32a478f912e7e68049f71b04f0c52bb6c12977b3e34bef2',
  },
  'a-table-put-into-two-properties.replay': {
    sequence: 3,
    atomic: '170a6dd1cee967953bc088464a14129470c8aed818c516a0b4abb84bca30388f',
    direct: '170a6dd1cee967953bc088464a14129470c8aed818c516a0b4abb84bca30388f',
  },
  'a-table-moved-to-another-property': {
    sequence: 3,
    atomic: '1656af409f7151675ba4645b4dfaaf1d8712db5a18f033b234159a25f7534c4b',
    direct: '1656af409f7151675ba4645b4dfaaf1d8712db5a18f033b234159a25f7534c4b',
  },
  'a-table-moved-to-another-property.replay': {
    sequence: 3,
    atomic: '1656af409f7151675ba4645b4dfaaf1d8712db5a18f033b234159a25f7534c4b',
    direct: '1656af409f7151675ba4645b4dfaaf1d8712db5a18f033b234159a25f7534c4b',
  },
  'two-tables-swapped': {
    sequence: 3,
    atomic: '0856a0b96502c8bd10cf9cbb7dba02d82f7b32a03e30ee8e9f40fa78771810ed',
    direct: '0856a0b96502c8bd10cf9cbb7dba02d82f7b32a03e30ee8e9f40fa78771810ed',
  },
  'two-tables-swapped.replay': {
    sequence: 3,
    atomic: '0856a0b96502c8bd10cf9cbb7dba02d82f7b32a03e30ee8e9f40fa78771810ed',
    direct: '0856a0b96502c8bd10cf9cbb7dba02d82f7b32a03e30ee8e9f40fa78771810ed',
  },
  'a-table-below-the-top-level': {
    sequence: 3,
    atomic: 'b1db5082b71ca970ed26d5110ec581a7a0df2184d825bca530884420ef9ae83e',
    direct: 'b1db5082b71ca970ed26d5110ec581a7a0df2184d825bca530884420ef9ae83e',
  },
  'a-table-below-the-top-level.replay': {
    sequence: 3,
    atomic: '6bec54a736dffa2993e971331d821d837765d881f762e8bab0d8683f5cf93041',
    direct: '6bec54a736dffa2993e971331d821d837765d881f762e8bab0d8683f5cf93041',
  },
  'an-ordered-map-made-anew': {
    sequence: 4,
    atomic: '5177e0cd5caa093dd5754ccf19b9e7e9c6bdfa9c89e4c3e3568ac0740417c3ee',
    direct: '5177e0cd5caa093dd5754ccf19b9e7e9c6bdfa9c89e4c3e3568ac0740417c3ee',
  },
  'an-ordered-map-made-anew.replay': {
    sequence: 4,
    atomic: '5177e0cd5caa093dd5754ccf19b9e7e9c6bdfa9c89e4c3e3568ac0740417c3ee',
    direct: '5177e0cd5caa093dd5754ccf19b9e7e9c6bdfa9c89e4c3e3568ac0740417c3ee',
  },
  'an-ordered-map-of-another-order': {
    sequence: 4,
    atomic: '5177e0cd5caa093dd5754ccf19b9e7e9c6bdfa9c89e4c3e3568ac0740417c3ee',
    direct: '5177e0cd5caa093dd5754ccf19b9e7e9c6bdfa9c89e4c3e3568ac0740417c3ee',
  },
  'an-ordered-map-of-another-order.replay': {
    sequence: 4,
    atomic: 'c50b86e7c65e46fe61c1a06e21587c4f2f37cd9603a796c2a7eb205f3b451b3b',
    direct: 'c50b86e7c65e46fe61c1a06e21587c4f2f37cd9603a796c2a7eb205f3b451b3b',
  },
  'an-ordered-map-at-a-new-property.replay': {
    sequence: 1,
    atomic: '04cf225e423de8afbb44fedf81593a8846f8590542547af14edc9d638a3f515f',
    direct: '04cf225e423de8afbb44fedf81593a8846f8590542547af14edc9d638a3f515f',
  },
  'an-ordered-map-taken-away': {
    sequence: 2,
    atomic: '48e33274f6d9820063494221271525f24d1c44d851aefbb5fcc94d63b1710fd5',
    direct: '48e33274f6d9820063494221271525f24d1c44d851aefbb5fcc94d63b1710fd5',
  },
  'an-ordered-map-taken-away.replay': {
    sequence: 2,
    atomic: '48e33274f6d9820063494221271525f24d1c44d851aefbb5fcc94d63b1710fd5',
    direct: '48e33274f6d9820063494221271525f24d1c44d851aefbb5fcc94d63b1710fd5',
  },
  'two-ordered-maps-swapped': {
    sequence: 3,
    atomic: 'cd294aaf2414c9b4bc1ef47128d95a66342d58396c99affe7da1c2850358e1c4',
    direct: 'cd294aaf2414c9b4bc1ef47128d95a66342d58396c99affe7da1c2850358e1c4',
  },
  'two-ordered-maps-swapped.replay': {
    sequence: 3,
    atomic: '1a487b5e6212258f2f1885aec5da43e807e796e011fd283a720e250176720bf8',
    direct: '1a487b5e6212258f2f1885aec5da43e807e796e011fd283a720e250176720bf8',
  },
  'redux-style-return': {
    sequence: 2,
    atomic: '0e23e83903c910b5afd0708e17c1d2c1326db82817fbb842e330c21580bafb3f',
    direct: '0e23e83903c910b5afd0708e17c1d2c1326db82817fbb842e330c21580bafb3f',
  },
  'redux-style-return.replay': {
    sequence: 2,
    atomic: '0e23e83903c910b5afd0708e17c1d2c1326db82817fbb842e330c21580bafb3f',
    direct: '0e23e83903c910b5afd0708e17c1d2c1326db82817fbb842e330c21580bafb3f',
  },
  'a-changed-draft-returned': {
    sequence: 2,
    atomic: '7da37acf2681d32fe888917b8fa80a0d11cb328f0caebc7ff06bd0bf50fcb27f',
    direct: '7da37acf2681d32fe888917b8fa80a0d11cb328f0caebc7ff06bd0bf50fcb27f',
  },
  'a-changed-draft-returned.replay': {
    sequence: 2,
    atomic: '7da37acf2681d32fe888917b8fa80a0d11cb328f0caebc7ff06bd0bf50fcb27f',
    direct: '7da37acf2681d32fe888917b8fa80a0d11cb328f0caebc7ff06bd0bf50fcb27f',
  },
  'holes-in-an-array': {
    sequence: 3,
    atomic: 'fc3b0f85d67ca0a3a69142b3f0825dfd6eb7d92fe02b0922d688a79d8322eecc',
    direct: 'fc3b0f85d67ca0a3a69142b3f0825dfd6eb7d92fe02b0922d688a79d8322eecc',
  },
  'holes-in-an-array.replay': {
    sequence: 3,
    atomic: 'fc3b0f85d67ca0a3a69142b3f0825dfd6eb7d92fe02b0922d688a79d8322eecc',
    direct: 'fc3b0f85d67ca0a3a69142b3f0825dfd6eb7d92fe02b0922d688a79d8322eecc',
  },
  'members-of-an-array': {
    sequence: 2,
    atomic: 'f6524dfd8402e41a511af63d69334ed5fbc4c5898939acd159e9fe4af7f21571',
    direct: 'f6524dfd8402e41a511af63d69334ed5fbc4c5898939acd159e9fe4af7f21571',
  },
  'members-of-an-array.replay': {
    sequence: 2,
    atomic: 'f6524dfd8402e41a511af63d69334ed5fbc4c5898939acd159e9fe4af7f21571',
    direct: 'f6524dfd8402e41a511af63d69334ed5fbc4c5898939acd159e9fe4af7f21571',
  },
  'members-of-a-map-and-a-set': {
    sequence: 1,
    atomic: '25b0eb90bfed2e2864ac97e1c9bce972ce1759654159fd24130af335fa6f165a',
    direct: '25b0eb90bfed2e2864ac97e1c9bce972ce1759654159fd24130af335fa6f165a',
  },
  'members-of-a-map-and-a-set.replay': {
    sequence: 1,
    atomic: '25b0eb90bfed2e2864ac97e1c9bce972ce1759654159fd24130af335fa6f165a',
    direct: '25b0eb90bfed2e2864ac97e1c9bce972ce1759654159fd24130af335fa6f165a',
  },
  'symbol-members': {
    sequence: 2,
    atomic: 'c1435b6eae34cd5c7c055e9b8a23f6a252ba772f8294ae94a1db005d349db911',
    direct: 'c1435b6eae34cd5c7c055e9b8a23f6a252ba772f8294ae94a1db005d349db911',
  },
  'symbol-members.replay': {
    sequence: 2,
    atomic: 'c1435b6eae34cd5c7c055e9b8a23f6a252ba772f8294ae94a1db005d349db911',
    direct: 'c1435b6eae34cd5c7c055e9b8a23f6a252ba772f8294ae94a1db005d349db911',
  },
  'hidden-members': {
    sequence: 2,
    atomic: 'f7c54c2d1e2f311ff93eb27eb51f2fa88d334aba821539e70bad5697930d5cbe',
    direct: 'f7c54c2d1e2f311ff93eb27eb51f2fa88d334aba821539e70bad5697930d5cbe',
  },
  'hidden-members.replay': {
    sequence: 2,
    atomic: 'f7c54c2d1e2f311ff93eb27eb51f2fa88d334aba821539e70bad5697930d5cbe',
    direct: 'f7c54c2d1e2f311ff93eb27eb51f2fa88d334aba821539e70bad5697930d5cbe',
  },
  'a-getter': {
    sequence: 2,
    atomic: 'dd48be93a2ec776fedf1df5380fdc82def8a80095312bacf4ae43abefdfd231d',
    direct: 'dd48be93a2ec776fedf1df5380fdc82def8a80095312bacf4ae43abefdfd231d',
  },
  'a-getter.replay': {
    sequence: 2,
    atomic: 'ce48afd9effc9aff9a9a6556a1de1b95c76c35e7d6acf6d42dff89d271ec5d19',
    direct: 'ce48afd9effc9aff9a9a6556a1de1b95c76c35e7d6acf6d42dff89d271ec5d19',
  },
  'a-date-changed-in-place': {
    sequence: 2,
    atomic: '9fc966abda2d62a8ef50a14e0c7f8d5306d68ae25fe928298aefea99a8af6534',
    direct: '9fc966abda2d62a8ef50a14e0c7f8d5306d68ae25fe928298aefea99a8af6534',
  },
  'a-date-changed-in-place.replay': {
    sequence: 2,
    atomic: '9fc966abda2d62a8ef50a14e0c7f8d5306d68ae25fe928298aefea99a8af6534',
    direct: '9fc966abda2d62a8ef50a14e0c7f8d5306d68ae25fe928298aefea99a8af6534',
  },
  'a-date-in-two-places': {
    sequence: 2,
    atomic: '111fa20e7337a1537f9680ced4aa3880406013a501f7f43e1938ec29c98efd66',
    direct: '111fa20e7337a1537f9680ced4aa3880406013a501f7f43e1938ec29c98efd66',
  },
  'a-date-in-two-places.replay': {
    sequence: 2,
    atomic: '111fa20e7337a1537f9680ced4aa3880406013a501f7f43e1938ec29c98efd66',
    direct: '111fa20e7337a1537f9680ced4aa3880406013a501f7f43e1938ec29c98efd66',
  },
  'members-of-a-date': {
    sequence: 1,
    atomic: '449c7fc657f99049b6e9fca3d0ec4349d280dd90e486f33f80cee0a50191a39a',
    direct: '449c7fc657f99049b6e9fca3d0ec4349d280dd90e486f33f80cee0a50191a39a',
  },
  'members-of-a-date.replay': {
    sequence: 1,
    atomic: '449c7fc657f99049b6e9fca3d0ec4349d280dd90e486f33f80cee0a50191a39a',
    direct: '449c7fc657f99049b6e9fca3d0ec4349d280dd90e486f33f80cee0a50191a39a',
  },
  'bytes-changed-in-place': {
    sequence: 2,
    atomic: '0a05eec7df4092e43258c7209f4c757e1eb3a14b10c2d3bf91f9a0796a2ce7f7',
    direct: '0a05eec7df4092e43258c7209f4c757e1eb3a14b10c2d3bf91f9a0796a2ce7f7',
  },
  'bytes-changed-in-place.replay': {
    sequence: 2,
    atomic: '0a05eec7df4092e43258c7209f4c757e1eb3a14b10c2d3bf91f9a0796a2ce7f7',
    direct: '0a05eec7df4092e43258c7209f4c757e1eb3a14b10c2d3bf91f9a0796a2ce7f7',
  },
  'two-views-of-one-buffer': {
    sequence: 2,
    atomic: 'd58dbf757d51e04117e32602271bd42031c979f05937cc5f3cc9cd6978f4595d',
    direct: 'd58dbf757d51e04117e32602271bd42031c979f05937cc5f3cc9cd6978f4595d',
  },
  'two-views-of-one-buffer.replay': {
    sequence: 2,
    atomic: 'd58dbf757d51e04117e32602271bd42031c979f05937cc5f3cc9cd6978f4595d',
    direct: 'd58dbf757d51e04117e32602271bd42031c979f05937cc5f3cc9cd6978f4595d',
  },
  'maps-keyed-by-objects': {
    sequence: 2,
    atomic: '62b9218cf537da05e3326208bda484d63eaa3ab60deba3c8ede8e89602d5453e',
    direct: '62b9218cf537da05e3326208bda484d63eaa3ab60deba3c8ede8e89602d5453e',
  },
  'maps-keyed-by-objects.replay': {
    sequence: 2,
    atomic: '62b9218cf537da05e3326208bda484d63eaa3ab60deba3c8ede8e89602d5453e',
    direct: '62b9218cf537da05e3326208bda484d63eaa3ab60deba3c8ede8e89602d5453e',
  },
  'a-key-changed-after-it-was-set': {
    sequence: 1,
    atomic: '01b9beb6ba4ff329a26cd2972e72fe9203334ad0482e0be6b462ba1b96081e5e',
    direct: '01b9beb6ba4ff329a26cd2972e72fe9203334ad0482e0be6b462ba1b96081e5e',
  },
  'a-key-changed-after-it-was-set.replay': {
    sequence: 1,
    atomic: '01b9beb6ba4ff329a26cd2972e72fe9203334ad0482e0be6b462ba1b96081e5e',
    direct: '01b9beb6ba4ff329a26cd2972e72fe9203334ad0482e0be6b462ba1b96081e5e',
  },
  'sets-of-objects': {
    sequence: 2,
    atomic: 'dc4a7aef022f611b018f80c69952baa5497099f667654230850abee43d9fe40f',
    direct: 'dc4a7aef022f611b018f80c69952baa5497099f667654230850abee43d9fe40f',
  },
  'sets-of-objects.replay': {
    sequence: 2,
    atomic: 'dc4a7aef022f611b018f80c69952baa5497099f667654230850abee43d9fe40f',
    direct: 'dc4a7aef022f611b018f80c69952baa5497099f667654230850abee43d9fe40f',
  },
  'a-nested-map-replaced': {
    sequence: 3,
    atomic: '3738e1932182a34ee249789b433aea97804f66d66ae0605756ebb11e5d31127a',
    direct: '3738e1932182a34ee249789b433aea97804f66d66ae0605756ebb11e5d31127a',
  },
  'a-nested-map-replaced.replay': {
    sequence: 3,
    atomic: '3738e1932182a34ee249789b433aea97804f66d66ae0605756ebb11e5d31127a',
    direct: '3738e1932182a34ee249789b433aea97804f66d66ae0605756ebb11e5d31127a',
  },
  'odd-primitives': {
    sequence: 1,
    atomic: 'f347d7795ce805e6d969cbab8ee5574100a9e7c085e4665a9eb0b87c43d9153e',
    direct: 'f347d7795ce805e6d969cbab8ee5574100a9e7c085e4665a9eb0b87c43d9153e',
  },
  'odd-primitives.replay': {
    sequence: 1,
    atomic: 'f347d7795ce805e6d969cbab8ee5574100a9e7c085e4665a9eb0b87c43d9153e',
    direct: 'f347d7795ce805e6d969cbab8ee5574100a9e7c085e4665a9eb0b87c43d9153e',
  },
  'minus-zero-in-a-large-value': {
    sequence: 2,
    atomic: '16ce0eb2bd4fe0164f721bd144d95b0111d4bff31c578df3dbb8bcb6e7ce14a6',
    direct: '16ce0eb2bd4fe0164f721bd144d95b0111d4bff31c578df3dbb8bcb6e7ce14a6',
  },
  'minus-zero-in-a-large-value.replay': {
    sequence: 2,
    atomic: '6a0fef688796b1277bcfc83d75bf1f35450e461a38b6ae4ca1b16ceb118d9ea9',
    direct: '6a0fef688796b1277bcfc83d75bf1f35450e461a38b6ae4ca1b16ceb118d9ea9',
  },
  'objects-of-another-realm': {
    sequence: 1,
    atomic: '617c93733115c4d3b803c6d3125d491d815429d50a59d0d18de8f47307b3191c',
    direct: '617c93733115c4d3b803c6d3125d491d815429d50a59d0d18de8f47307b3191c',
  },
  'objects-of-another-realm.replay': {
    sequence: 1,
    atomic: '617c93733115c4d3b803c6d3125d491d815429d50a59d0d18de8f47307b3191c',
    direct: '617c93733115c4d3b803c6d3125d491d815429d50a59d0d18de8f47307b3191c',
  },
  'objects-of-null-prototype': {
    sequence: 2,
    atomic: 'edcf49b3d81d85947cf4e27abe79285108c1a852d5a7cb0a6b9f11ba029050a6',
    direct: 'edcf49b3d81d85947cf4e27abe79285108c1a852d5a7cb0a6b9f11ba029050a6',
  },
  'objects-of-null-prototype.replay': {
    sequence: 2,
    atomic: 'edcf49b3d81d85947cf4e27abe79285108c1a852d5a7cb0a6b9f11ba029050a6',
    direct: 'edcf49b3d81d85947cf4e27abe79285108c1a852d5a7cb0a6b9f11ba029050a6',
  },
  'a-member-called-proto': {
    sequence: 1,
    atomic: '43571dff795d4f3965704f0bae59b291b77025bf7645be780f142e0442dda022',
    direct: '43571dff795d4f3965704f0bae59b291b77025bf7645be780f142e0442dda022',
  },
  'a-member-called-proto.replay': {
    sequence: 1,
    atomic: '43571dff795d4f3965704f0bae59b291b77025bf7645be780f142e0442dda022',
    direct: '43571dff795d4f3965704f0bae59b291b77025bf7645be780f142e0442dda022',
  },
  'a-frozen-wrapper-that-hides-a-function': {
    sequence: 1,
    atomic: 'none',
    direct: 'none',
  },
  'a-frozen-wrapper-that-hides-a-function.replay': {
    sequence: 1,
    atomic: 'none',
    direct: 'none',
  },
  'a-table-keyed-by-a-symbol': {
    sequence: 1,
    direct: 'none',
  },
  'a-table-keyed-by-a-symbol.replay': {
    sequence: 1,
    direct: 'none',
  },
  'an-instance-under-the-direct-fold': {
    sequence: 2,
    direct: 'none',
  },
  'an-instance-under-the-direct-fold.replay': {
    sequence: 2,
    direct: 'none',
  },
  'a-function-under-the-direct-fold': {
    sequence: 2,
    direct: 'none',
  },
  'a-function-under-the-direct-fold.replay': {
    sequence: 2,
    direct: 'none',
  },
  'an-instance-that-is-gone-again-under-the-direct-fold': {
    sequence: 2,
    atomic: '4d7882afe62cf19a369a5c95dabe6f0d6d14f06b0f98839cf3b0225fa9f75868',
    direct: '4d7882afe62cf19a369a5c95dabe6f0d6d14f06b0f98839cf3b0225fa9f75868',
  },
  'an-instance-that-is-gone-again-under-the-direct-fold.replay': {
    sequence: 2,
    atomic: '4d7882afe62cf19a369a5c95dabe6f0d6d14f06b0f98839cf3b0225fa9f75868',
    direct: '4d7882afe62cf19a369a5c95dabe6f0d6d14f06b0f98839cf3b0225fa9f75868',
  },
  'a-cycle-under-the-direct-fold': {
    sequence: 2,
    atomic: '4d7882afe62cf19a369a5c95dabe6f0d6d14f06b0f98839cf3b0225fa9f75868',
    direct: '4d7882afe62cf19a369a5c95dabe6f0d6d14f06b0f98839cf3b0225fa9f75868',
  },
  'a-cycle-under-the-direct-fold.replay': {
    sequence: 2,
    atomic: '4d7882afe62cf19a369a5c95dabe6f0d6d14f06b0f98839cf3b0225fa9f75868',
    direct: '4d7882afe62cf19a369a5c95dabe6f0d6d14f06b0f98839cf3b0225fa9f75868',
  },
  'the-text-of-a-draft': {
    sequence: 2,
    atomic: '20f9157423f0a3a8fb18eefc47bb4c570391ebaa3002058365c1906e44c86709',
    direct: '20f9157423f0a3a8fb18eefc47bb4c570391ebaa3002058365c1906e44c86709',
  },
  'the-text-of-a-draft.replay': {
    sequence: 2,
    atomic: 'e64aa3b6f04eb5944cfbf1e3ab979cefd462b926b8c435941dc6b5f0a7e81daa',
    direct: 'e64aa3b6f04eb5944cfbf1e3ab979cefd462b926b8c435941dc6b5f0a7e81daa',
  },
  'a-structured-clone-of-a-draft': {
    sequence: 3,
    atomic: 'ebb7aef44afe7f42070638de0d65a2cc11d11e99c99de7e2933237c98c46612d',
    direct: 'ebb7aef44afe7f42070638de0d65a2cc11d11e99c99de7e2933237c98c46612d',
  },
  'a-structured-clone-of-a-draft.replay': {
    sequence: 3,
    atomic: 'ebb7aef44afe7f42070638de0d65a2cc11d11e99c99de7e2933237c98c46612d',
    direct: 'ebb7aef44afe7f42070638de0d65a2cc11d11e99c99de7e2933237c98c46612d',
  },
  'changed-while-iterating': {
    sequence: 3,
    atomic: '4d7882afe62cf19a369a5c95dabe6f0d6d14f06b0f98839cf3b0225fa9f75868',
    direct: '4d7882afe62cf19a369a5c95dabe6f0d6d14f06b0f98839cf3b0225fa9f75868',
  },
  'changed-while-iterating.replay': {
    sequence: 3,
    atomic: '4d7882afe62cf19a369a5c95dabe6f0d6d14f06b0f98839cf3b0225fa9f75868',
    direct: '4d7882afe62cf19a369a5c95dabe6f0d6d14f06b0f98839cf3b0225fa9f75868',
  },
  'sorted-spliced-and-cut': {
    sequence: 4,
    atomic: 'e0038797b322eb9bb2ac51a623ff4490c991d1b290ae8c2dcedcf4d9e43f6a6f',
    direct: 'e0038797b322eb9bb2ac51a623ff4490c991d1b290ae8c2dcedcf4d9e43f6a6f',
  },
  'sorted-spliced-and-cut.replay': {
    sequence: 4,
    atomic: 'e0038797b322eb9bb2ac51a623ff4490c991d1b290ae8c2dcedcf4d9e43f6a6f',
    direct: 'e0038797b322eb9bb2ac51a623ff4490c991d1b290ae8c2dcedcf4d9e43f6a6f',
  },
  'properties-come-and-go': {
    sequence: 3,
    atomic: '4c9323f58f699cf484e27b3f0bee839d061a00d80f0c3f2fdf6a4614b0980ba4',
    direct: '4c9323f58f699cf484e27b3f0bee839d061a00d80f0c3f2fdf6a4614b0980ba4',
  },
  'properties-come-and-go.replay': {
    sequence: 3,
    atomic: '4c9323f58f699cf484e27b3f0bee839d061a00d80f0c3f2fdf6a4614b0980ba4',
    direct: '4c9323f58f699cf484e27b3f0bee839d061a00d80f0c3f2fdf6a4614b0980ba4',
  },
  'append-inside-a-reducer': {
    sequence: 5,
    atomic: 'a252ea62018931658f034109c8c609ee82beae8e7082ea7e277c1e7bbf9026ac',
    direct: 'a252ea62018931658f034109c8c609ee82beae8e7082ea7e277c1e7bbf9026ac',
  },
  'append-inside-a-reducer.replay': {
    sequence: 5,
    atomic: 'a252ea62018931658f034109c8c609ee82beae8e7082ea7e277c1e7bbf9026ac',
    direct: 'a252ea62018931658f034109c8c609ee82beae8e7082ea7e277c1e7bbf9026ac',
  },
  'append-inside-a-reducer-under-the-direct-fold': {
    sequence: 3,
    atomic: 'c24a927ea3264adfc5a05924bab6f2815bb44ed76aca84db2e17f5b7fa077108',
    direct: 'c24a927ea3264adfc5a05924bab6f2815bb44ed76aca84db2e17f5b7fa077108',
  },
  'append-inside-a-reducer-under-the-direct-fold.replay': {
    sequence: 3,
    atomic: 'c24a927ea3264adfc5a05924bab6f2815bb44ed76aca84db2e17f5b7fa077108',
    direct: 'c24a927ea3264adfc5a05924bab6f2815bb44ed76aca84db2e17f5b7fa077108',
  },
  'append-inside-a-schema': {
    sequence: 5,
    atomic: '9029781c29f9cded1e08fc3145708d8a6bd2e4c28eded8dca740b936035264b3',
    direct: '9029781c29f9cded1e08fc3145708d8a6bd2e4c28eded8dca740b936035264b3',
  },
  'append-inside-a-schema.replay': {
    sequence: 5,
    atomic: '9029781c29f9cded1e08fc3145708d8a6bd2e4c28eded8dca740b936035264b3',
    direct: '9029781c29f9cded1e08fc3145708d8a6bd2e4c28eded8dca740b936035264b3',
  },
  'append-inside-a-getter-of-the-input': {
    sequence: 4,
    atomic: '3e34f95f6e4d07698c3180f2f87b8d366b94949842309bba4b4a4db1584b9c24',
    direct: '3e34f95f6e4d07698c3180f2f87b8d366b94949842309bba4b4a4db1584b9c24',
  },
  'append-inside-a-getter-of-the-input.replay': {
    sequence: 4,
    atomic: '3e34f95f6e4d07698c3180f2f87b8d366b94949842309bba4b4a4db1584b9c24',
    direct: '3e34f95f6e4d07698c3180f2f87b8d366b94949842309bba4b4a4db1584b9c24',
  },
  'append-inside-a-comparator': {
    sequence: 5,
    atomic: '4bae7eea8ab4458d68bb38af490a03ef942fc666789460dd047ffeb8fc598103',
    direct: '4bae7eea8ab4458d68bb38af490a03ef942fc666789460dd047ffeb8fc598103',
  },
  'append-inside-a-comparator.replay': {
    sequence: 5,
    atomic: '4bae7eea8ab4458d68bb38af490a03ef942fc666789460dd047ffeb8fc598103',
    direct: '4bae7eea8ab4458d68bb38af490a03ef942fc666789460dd047ffeb8fc598103',
  },
  'append-inside-decide': {
    sequence: 3,
    atomic: '841af82f0b3465f89f5e4870221d5c64458795517e76a3931cadce82dd693367',
    direct: '841af82f0b3465f89f5e4870221d5c64458795517e76a3931cadce82dd693367',
  },
  'append-inside-decide.replay': {
    sequence: 3,
    atomic: '841af82f0b3465f89f5e4870221d5c64458795517e76a3931cadce82dd693367',
    direct: '841af82f0b3465f89f5e4870221d5c64458795517e76a3931cadce82dd693367',
  },
  'a-command-executed-inside-its-own-decide': {
    sequence: 3,
    atomic: 'bc0178da7e7c5ee6dd5e969b2316b2295bc982ca620f93c7ade738ce03c62bff',
    direct: 'bc0178da7e7c5ee6dd5e969b2316b2295bc982ca620f93c7ade738ce03c62bff',
  },
  'a-command-executed-inside-its-own-decide.replay': {
    sequence: 3,
    atomic: 'bc0178da7e7c5ee6dd5e969b2316b2295bc982ca620f93c7ade738ce03c62bff',
    direct: 'bc0178da7e7c5ee6dd5e969b2316b2295bc982ca620f93c7ade738ce03c62bff',
  },
  'a-snapshot-inside-a-reducer-under-the-direct-fold': {
    sequence: 3,
    atomic: '02908189551b0e9c3b0ac65c174fdb63640443cf3df1b0190ed155c60f7faa76',
    direct: '02908189551b0e9c3b0ac65c174fdb63640443cf3df1b0190ed155c60f7faa76',
  },
  'a-snapshot-inside-a-reducer-under-the-direct-fold.replay': {
    sequence: 3,
    atomic: 'c8777edcfeb8b096bd9c8d97ce65394eb48be5eb37f794b0e6ddc0ecc34295d7',
    direct: 'c8777edcfeb8b096bd9c8d97ce65394eb48be5eb37f794b0e6ddc0ecc34295d7',
  },
  'a-clock-in-the-future': {
    sequence: 1,
    atomic: 'b2b9f84f3e20a1d7acba52256877b77b44373ebacae6c1c4fd3036f38b3539ab',
    direct: 'b2b9f84f3e20a1d7acba52256877b77b44373ebacae6c1c4fd3036f38b3539ab',
  },
  'a-clock-in-the-future.replay': {
    sequence: 1,
    atomic: 'b2b9f84f3e20a1d7acba52256877b77b44373ebacae6c1c4fd3036f38b3539ab',
    direct: 'b2b9f84f3e20a1d7acba52256877b77b44373ebacae6c1c4fd3036f38b3539ab',
  },
  'a-clock-that-goes-back': {
    sequence: 3,
    atomic: '667329f7ab39856f286766146bd8cbabcf7a9803a56b7f4831e38613cef6046b',
    direct: '667329f7ab39856f286766146bd8cbabcf7a9803a56b7f4831e38613cef6046b',
  },
  'a-clock-that-goes-back.replay': {
    sequence: 3,
    atomic: '667329f7ab39856f286766146bd8cbabcf7a9803a56b7f4831e38613cef6046b',
    direct: '667329f7ab39856f286766146bd8cbabcf7a9803a56b7f4831e38613cef6046b',
  },
  'a-clock-below-zero-of-fractions-and-NaN': {
    sequence: 3,
    atomic: '94ecf3b00fb0d3c6f91de4180aae28030812c27d3e05d43c52c6de6dfd366821',
    direct: '94ecf3b00fb0d3c6f91de4180aae28030812c27d3e05d43c52c6de6dfd366821',
  },
  'a-clock-below-zero-of-fractions-and-NaN.replay': {
    sequence: 3,
    atomic: '94ecf3b00fb0d3c6f91de4180aae28030812c27d3e05d43c52c6de6dfd366821',
    direct: '94ecf3b00fb0d3c6f91de4180aae28030812c27d3e05d43c52c6de6dfd366821',
  },
  'a-clock-that-throws-after-the-fold': {
    sequence: 2,
    atomic: 'c74b785711a620593a7928f8aac22b152f4d85b10245869b15a80d76e21357fb',
    direct: 'c74b785711a620593a7928f8aac22b152f4d85b10245869b15a80d76e21357fb',
  },
  'a-clock-that-throws-after-the-fold.replay': {
    sequence: 2,
    atomic: 'c74b785711a620593a7928f8aac22b152f4d85b10245869b15a80d76e21357fb',
    direct: 'c74b785711a620593a7928f8aac22b152f4d85b10245869b15a80d76e21357fb',
  },
  'command-ids': {
    sequence: 4,
    atomic: '95f6c3ebfeeaab5078f5435ad2e2b04b69bf45c60869f6b2b2fa67987d8f3453',
    direct: '95f6c3ebfeeaab5078f5435ad2e2b04b69bf45c60869f6b2b2fa67987d8f3453',
  },
  'command-ids.replay': {
    sequence: 4,
    atomic: '95f6c3ebfeeaab5078f5435ad2e2b04b69bf45c60869f6b2b2fa67987d8f3453',
    direct: '95f6c3ebfeeaab5078f5435ad2e2b04b69bf45c60869f6b2b2fa67987d8f3453',
  },
  'an-upcaster-that-gives-a-date': {
    sequence: 1,
    atomic: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
    direct: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
  },
  'an-upcaster-that-gives-a-date.replay': {
    sequence: 1,
    atomic: '240b2288db0795b213e7599f840df3cb35d736a350ab670d8b1b3fd8d010b086',
    direct: '240b2288db0795b213e7599f840df3cb35d736a350ab670d8b1b3fd8d010b086',
  },
  'an-upcaster-that-gives-a-shared-constant': {
    sequence: 2,
    atomic: 'e4406f9b347100f143e5900fc87daf58763c86d5f8eac5afb19efe1965cfb7fb',
    direct: 'e4406f9b347100f143e5900fc87daf58763c86d5f8eac5afb19efe1965cfb7fb',
  },
  'an-upcaster-that-gives-a-shared-constant.replay': {
    sequence: 2,
    atomic: 'f79b584c20584642e08ea6659e3bbaaf30c34abd25077b8018944f877e78ec3d',
    direct: 'f79b584c20584642e08ea6659e3bbaaf30c34abd25077b8018944f877e78ec3d',
  },
  'an-upcaster-that-gives-a-shared-constant-which-is-changed': {
    sequence: 2,
    atomic: 'e4406f9b347100f143e5900fc87daf58763c86d5f8eac5afb19efe1965cfb7fb',
    direct: 'e4406f9b347100f143e5900fc87daf58763c86d5f8eac5afb19efe1965cfb7fb',
  },
  'an-upcaster-that-gives-a-shared-constant-which-is-changed.replay': {
    sequence: 2,
    atomic: '2d9983b7ac3541cd107784821e79f8272e6782fa306676de9efd966bb9bd5bbb',
    direct: '2d9983b7ac3541cd107784821e79f8272e6782fa306676de9efd966bb9bd5bbb',
  },
  'an-upcaster-that-changes-its-input': {
    sequence: 1,
    atomic: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
    direct: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
  },
  'an-upcaster-that-changes-its-input.replay': {
    sequence: 1,
    atomic: '0e23e83903c910b5afd0708e17c1d2c1326db82817fbb842e330c21580bafb3f',
    direct: '0e23e83903c910b5afd0708e17c1d2c1326db82817fbb842e330c21580bafb3f',
  },
  'an-upcaster-that-gives-a-map-and-a-bigint': {
    sequence: 1,
    atomic: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
    direct: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
  },
  'an-upcaster-that-gives-a-map-and-a-bigint.replay': {
    sequence: 1,
    atomic: '2e9f630d002ff77572f6c611b8c3ee9b06fc300f53eabd64a0fd7b4a93026a08',
    direct: '2e9f630d002ff77572f6c611b8c3ee9b06fc300f53eabd64a0fd7b4a93026a08',
  },
  'an-upcaster-that-gives-undefined': {
    sequence: 1,
    atomic: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
    direct: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
  },
  'an-upcaster-that-gives-undefined.replay': {
    sequence: 1,
    atomic: '0036a087e874f4529d26bcc61b68fdba9247cb0c21796779d94c36d3267d9586',
    direct: '0036a087e874f4529d26bcc61b68fdba9247cb0c21796779d94c36d3267d9586',
  },
  'an-upcaster-that-gives-a-promise': {
    sequence: 1,
    atomic: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
    direct: '69eafc08a03f0b9fab7a3ce00cc9c81f5347e6b4f90754af7f3b6ebb8fe83374',
  },
  'an-upcaster-that-gives-a-promise.replay': {
    sequence: 1,
    atomic: '07fab17078cd1465b41906ac456f55ddb9c91de37391017bd4031097bc5270ef',
    direct: '07fab17078cd1465b41906ac456f55ddb9c91de37391017bd4031097bc5270ef',
  },
  'listeners-that-throw-and-keep': {
    sequence: 2,
    atomic: 'c0a14979425556ce69e8250cdb9e41b8dc0b212864faed3ff2dfc4d505e1f2c0',
    direct: 'c0a14979425556ce69e8250cdb9e41b8dc0b212864faed3ff2dfc4d505e1f2c0',
  },
  'listeners-that-throw-and-keep.replay': {
    sequence: 2,
    atomic: 'c0a14979425556ce69e8250cdb9e41b8dc0b212864faed3ff2dfc4d505e1f2c0',
    direct: 'c0a14979425556ce69e8250cdb9e41b8dc0b212864faed3ff2dfc4d505e1f2c0',
  },
  'event-data-kept-while-somebody-listens': {
    sequence: 2,
    atomic: 'e9631268ebc14e09e846533d7c35004f9977fce45dec7d01682b2a955b76b5c6',
    direct: 'e9631268ebc14e09e846533d7c35004f9977fce45dec7d01682b2a955b76b5c6',
  },
  'event-data-kept-while-somebody-listens.replay': {
    sequence: 2,
    atomic: 'e9631268ebc14e09e846533d7c35004f9977fce45dec7d01682b2a955b76b5c6',
    direct: 'e9631268ebc14e09e846533d7c35004f9977fce45dec7d01682b2a955b76b5c6',
  },
  'a-projection-that-stopped': {
    sequence: 2,
    atomic: '1ce36b93fc6aec1060b60f1596fb66d6acf771e1a63c0bd28f75d2db2041736f',
    after: {
      seen: [1, 2],
    },
    direct: '1ce36b93fc6aec1060b60f1596fb66d6acf771e1a63c0bd28f75d2db2041736f',
  },
  'a-projection-that-stopped.replay': {
    sequence: 2,
    atomic: '1ce36b93fc6aec1060b60f1596fb66d6acf771e1a63c0bd28f75d2db2041736f',
    after: {
      seen: [1, 2],
    },
    direct: '1ce36b93fc6aec1060b60f1596fb66d6acf771e1a63c0bd28f75d2db2041736f',
  },
  'a-projection-with-a-shared-initial-state': {
    sequence: 1,
    atomic: 'fd787e1f7f35e3cf753c513968cfac6042431033964c66112e0291b7c3168f9f',
    after: {
      seen: [1],
    },
    direct: 'fd787e1f7f35e3cf753c513968cfac6042431033964c66112e0291b7c3168f9f',
  },
  'a-projection-with-a-shared-initial-state.replay': {
    sequence: 1,
    atomic: 'fd787e1f7f35e3cf753c513968cfac6042431033964c66112e0291b7c3168f9f',
    after: {
      seen: [1],
    },
    direct: 'fd787e1f7f35e3cf753c513968cfac6042431033964c66112e0291b7c3168f9f',
  },
  'a-comparator-that-is-not-total': {
    sequence: 4,
    atomic: '2ed6167cd4def92180021d1d429ceaaf912418140bbe81b8052f8d432b26f900',
    direct: '2ed6167cd4def92180021d1d429ceaaf912418140bbe81b8052f8d432b26f900',
  },
  'a-comparator-that-is-not-total.replay': {
    sequence: 4,
    atomic: '2ed6167cd4def92180021d1d429ceaaf912418140bbe81b8052f8d432b26f900',
    direct: '2ed6167cd4def92180021d1d429ceaaf912418140bbe81b8052f8d432b26f900',
  },
};
